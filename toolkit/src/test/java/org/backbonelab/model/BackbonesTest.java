package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.ScaledStdConv;
import org.backbonelab.optim.Sgd;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.Uniform;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.step.Sam;
import org.backbonelab.train.step.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackbonesTest {
    static Set<String> all() {
        return Backbones.names();
    }

    static List<String> micro() {
        return Nets.micro();
    }

    @ParameterizedTest
    @MethodSource("micro")
    void imagesThatAreTooSmallAreRefusedWithASentence(String name) {
        for (int size : new int[] {1, 2, 3, 4, 6, 8}) {
            try (NDManager manager = Torch.newManager()) {
                Backbone model = Backbones.create(name, new ImageSpec(3, size, 7), 0);
                model.initialize(manager, 1);
                assertTrue(model.macs() > 0);
            } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage().contains("image") && e.getMessage().contains("" + size), e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"alexnet_micro, 17", "alexnet_micro_padded, 15", "vgg13_bn_micro, 16", "densenet_micro, 4"})
    void theSmallestSizeIsNamedAndPasses(String name, int smallest) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Backbones.create(name, new ImageSpec(3, smallest - 1, 7), 0);
            model.initialize(manager, 1);
            String message =
                    assertThrows(IllegalArgumentException.class, model::macs).getMessage();
            assertTrue(message.contains("needs at least " + smallest + " x " + smallest), message);
            Backbone larger = Backbones.create(name, new ImageSpec(3, smallest, 7), 0);
            larger.initialize(manager, 1);
            assertTrue(larger.macs() > 0);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void isBuiltForItsImages(String name) {
        int size = name.endsWith("_micro") || name.contains("_micro_") ? 28 : 32;
        Backbone model = Backbones.create(name, new ImageSpec(3, size, 7), 0.1);
        assertEquals(new ImageSpec(3, size, 7), model.spec());
        assertTrue(model.namedParameters().size() > (name.equals("linear") ? 1 : 10));
        assertEquals(model.namedParameters().size(), model.getParameters().size(), "DJL sees the same parameters");
    }

    @ParameterizedTest
    @MethodSource("micro")
    void twoNetworksOfOneSeedAreEqualBitForBit(String name) {
        try (NDManager manager = Torch.newManager()) {
            Map<String, float[]> first = Nets.values(Nets.create(manager, name).namedParameters());
            Map<String, float[]> second = Nets.values(Nets.create(manager, name).namedParameters());
            first.forEach((key, values) -> assertArrayEquals(values, second.get(key), key));
        }
    }

    @ParameterizedTest
    @MethodSource("micro")
    void anImageIsClassifiedAloneAsAmongOthers(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = trained(manager, name, Step.PLAIN);
            Batch batch = Nets.batch(3);
            NDArray images = Supervised.images(manager, batch);
            NDArray together = model.apply(images, Pass.evaluation());
            assertEquals(new Shape(3, 10), together.getShape());
            for (int i = 0; i < 3; i++) {
                NDArray alone = model.apply(images.get(i).expandDims(0), Pass.evaluation());
                assertArrayEquals(together.get(i).toFloatArray(), alone.toFloatArray(), 1e-4f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("micro")
    void plainStepsReachEveryParameter(String name) {
        assertGradientsEverywhere(name, Step.PLAIN);
    }

    @ParameterizedTest
    @MethodSource("micro")
    void samStepsReachEveryParameter(String name) {
        assertGradientsEverywhere(name, new Sam(0.05));
    }

    @ParameterizedTest
    @MethodSource("micro")
    void bfloat16GivesNearlyTheSameLogits(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            // Of a new network much is zero, or nearly so.
            Map<String, Shape> shapes = model.storedShapes();
            model.namedParameters()
                    .forEach((key, p) -> Golden.set(p.getArray(), Uniform.weights(key, shapes.get(key))));
            NDArray images = Supervised.images(manager, Nets.batch(8));
            float[] exact = model.apply(images, Pass.evaluation()).toFloatArray();
            NDArray low = model.apply(images, Pass.evaluation().withPrecision(Precision.BF16));
            float[] near = Kernels.toFloat(low).toFloatArray();
            double range = 0;
            double difference = 0;
            for (int i = 0; i < exact.length; i++) {
                for (float other : exact) {
                    range = Math.max(range, exact[i] - other);
                }
                difference = Math.max(difference, Math.abs(exact[i] - near[i]));
            }
            assertTrue(difference > 0, "nothing was computed in bfloat16");
            assertTrue(difference <= 0.02 * range, difference + " of a range of " + range);
        }
    }

    /** Heads and gains that start at zero open in the first two steps; from then on nothing is dead. */
    private static void assertGradientsEverywhere(String name, Step step) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = trained(manager, name, step);
            Nets.Gradients found = Nets.backward(new Supervised(model, 0.1), Nets.batch(8));
            assertTrue(Double.isFinite(found.loss()), "loss " + found.loss());
            found.values().forEach((key, g) -> {
                assertTrue(largest(g) > 0, key + " has gradient zero");
                assertTrue(Double.isFinite(largest(g)), key + " has gradient " + largest(g));
            });
        }
    }

    private static Backbone trained(NDManager manager, String name, Step step) {
        Backbone model = Nets.create(manager, name);
        Sgd sgd = new Sgd(0.01, 0, false);
        for (int i = 0; i < 2; i++) {
            Nets.step(step, new Supervised(model, 0.1), Nets.batch(8), sgd, Recipe.supervised());
            for (Parameter p : model.trainedParameters().values()) {
                for (float v : p.getArray().toFloatArray()) {
                    assertTrue(Float.isFinite(v), p.getName());
                }
            }
        }
        return model;
    }

    private static double largest(float[] values) {
        double out = 0;
        for (float v : values) {
            out = Float.isNaN(v) ? Double.NaN : Math.max(out, Math.abs(v));
        }
        return out;
    }

    @Test
    void unknownNameIsToldWithTheKnownOnes() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> Backbones.create("resnet_mikro", new ImageSpec(1, 28, 10), 0))
                .getMessage();
        assertTrue(message.contains("resnet_mikro") && message.contains("resnet_micro"), message);
    }

    @Test
    void theTwentyOfTheStudyAreInItsOrder() {
        List<String> all = Backbones.names("bocb");
        assertEquals(20, Set.copyOf(all).size());
        assertTrue(Backbones.names().containsAll(all), all::toString);
        List<String> parts = new ArrayList<>();
        for (String part : List.of("bocb_a", "bocb_b", "bocb_c")) {
            parts.addAll(Backbones.names(part));
        }
        assertEquals(all, parts);
        List<String> small = Backbones.names("bocb_cifar");
        assertTrue(Backbones.names().containsAll(small), small::toString);
        assertEquals(
                all,
                small.stream().map(n -> n.replaceFirst("_(cifar|bocb)$", "")).toList());
        assertEquals(5, small.stream().filter(n -> n.endsWith("_cifar")).count());
    }

    @Test
    void familiesAndPatternsFilterTheList() {
        assertEquals(List.of("unireplknet_t", "unireplknet_micro"), Backbones.names("unireplknet"));
        assertEquals(18, Backbones.names("metaformer").size());
        assertEquals(List.of("resnet50", "resnet50_cifar"), Backbones.names("resnet50*"));
        assertEquals(List.of("resnet18", "resnet34", "resnet50"), Backbones.names("resnet??"));
        assertEquals(List.of("vgg13_bn"), Backbones.names("vgg13_bn"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8})
    void nfnetsHaveEightSizes(int size) {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> NfNet.Config.f(size, true, ScaledStdConv.Variant.DEEPMIND))
                .getMessage();
        assertTrue(message.contains("F" + size) && message.contains("0 to 7"), message);
    }

    /** What timm adds to the variance is less than a hundredth of it in each convolution. */
    @Test
    void timmsAndDeepMindsNfnetsDifferLittle() {
        NfNet.Config base = NfNet.Config.f(0, false, ScaledStdConv.Variant.TIMM);
        float[][] logits = new float[2][];
        try (NDManager manager = Torch.newManager()) {
            for (ScaledStdConv.Variant variant : List.of(ScaledStdConv.Variant.TIMM, ScaledStdConv.Variant.DEEPMIND)) {
                NfNet.Config config = new NfNet.Config(
                        List.of(4, 8, 8, 16), base.stemStrides(), List.of(32, 64), List.of(1, 1), 16, variant);
                Backbone model = new NfNet(new ImageSpec(1, 28, 10), config, 0);
                model.initialize(manager, 7);
                NDArray x = Golden.fill(manager, new Shape(2, 1, 28, 28), 0);
                logits[variant == ScaledStdConv.Variant.TIMM ? 0 : 1] =
                        model.apply(x, Pass.evaluation()).toFloatArray();
            }
        }
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < logits[0].length; i++) {
            largest = Math.max(largest, Math.abs(logits[1][i]));
            difference = Math.max(difference, Math.abs(logits[0][i] - logits[1][i]));
        }
        assertTrue(difference > 0 && difference < 0.02 * largest, difference + " of " + largest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnext", "", "convnext_tin?_", "resnet50.", "\\E.*\\Q"})
    void unknownFilterIsToldWithTheKnownOnes(String filter) {
        String message = assertThrows(IllegalArgumentException.class, () -> Backbones.names(filter))
                .getMessage();
        assertTrue(message.contains('"' + filter + '"'), message);
        assertTrue(message.contains("metaformer") && message.contains("bocb_cifar"), message);
    }

    @Test
    void imageThatDoesNotDivideIntoPatchesIsRefused() {
        ImageSpec odd = new ImageSpec(1, 30, 10);
        for (String name : List.of("vit_micro", "mixer_micro")) {
            String message = assertThrows(IllegalArgumentException.class, () -> Backbones.create(name, odd, 0))
                    .getMessage();
            assertTrue(message.contains("30") && message.contains("4"), message);
        }
        ConvNeXt encoder = (ConvNeXt) Backbones.create("convnextv2_micro", odd, 0);
        var config = FcmaeDecoder.Config.ofWidth(16);
        var refused = assertThrows(IllegalArgumentException.class, () -> new FcmaeDecoder(encoder, config));
        assertTrue(refused.getMessage().contains("30 is not a multiple of the patch size 4"), refused.getMessage());
    }

    @Test
    void imageSmallerThanAPositionOfTheLastStageIsRefused() {
        ImageSpec small = new ImageSpec(3, 31, 10);
        String message = assertThrows(IllegalArgumentException.class, () -> Backbones.create("convnext_atto", small, 0))
                .getMessage();
        assertTrue(message.contains("31 is smaller than the stride 32"), message);
    }

    @Test
    void dropPathRisesFromZeroToItsRate() {
        assertArrayEquals(new double[] {0, 0.1, 0.2, 0.3}, Backbone.dropPathRates(4, 0.3), 1e-12);
        assertArrayEquals(new double[] {0.3}, Backbone.dropPathRates(1, 0.3));
    }

    @Test
    void buffersAreNotTrained() {
        Set<String> trained = Backbones.create("resnet_micro", new ImageSpec(1, 28, 10), 0)
                .trainedParameters()
                .keySet();
        assertFalse(trained.contains("bn1.running_mean"));
        assertTrue(trained.contains("bn1.weight"));
    }
}
