package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.model.Backbone;
import org.backbonelab.optim.Sgd;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpdateTest {
    @Test
    void clipNormBoundsTheStep() {
        try (NDManager manager = Torch.newManager()) {
            assertTrue(stepLength(manager, Recipe.supervised()) > 0.1);
            assertEquals(0.01, stepLength(manager, Recipe.supervised().withClipNorm(0.01)), 1e-5);
        }
    }

    /** With lr 1 and no momentum yet, the step is the clipped gradient. */
    private static double stepLength(NDManager manager, Recipe recipe) {
        Backbone model = Nets.create(manager, "resnet_micro");
        Map<String, float[]> before = Nets.values(model.trainedParameters());
        Nets.step(Step.PLAIN, new Supervised(model, 0), Nets.batch(8), new Sgd(1, 0, false), recipe);
        double sum = 0;
        for (Map.Entry<String, float[]> e :
                Nets.values(model.trainedParameters()).entrySet()) {
            float[] old = before.get(e.getKey());
            for (int i = 0; i < old.length; i++) {
                sum += Math.pow(e.getValue()[i] - old[i], 2);
            }
        }
        return Math.sqrt(sum);
    }

    /** Families name their classifiers differently; {@code resnet_micro}'s gradients are all large enough to be clipped. */
    @ParameterizedTest
    @CsvSource({
        "resnet_micro, fc.weight",
        "vgg13_bn_micro, head.fc.weight",
        "alexnet_micro, classifier.6.weight",
        "densenet_micro, classifier.weight",
        "mobilenetv2_micro, classifier.weight",
        "efficientnet_micro, classifier.weight",
        "caformer_micro, head.fc.fc2.weight",
        "poolformerv2_micro, head.fc.weight",
        "vit_micro, head.weight"
    })
    void adaptiveClippingSparesTheClassifiersWeightOnly(String name, String classifier) {
        Map<String, float[]> free = stepped(name, Recipe.supervised());
        Map<String, float[]> clipped = stepped(name, Recipe.supervised().withAgc(1e-6));
        assertArrayEquals(free.get(classifier), clipped.get(classifier));
        List<String> spared = free.keySet().stream()
                .filter(key -> Arrays.equals(free.get(key), clipped.get(key)))
                .toList();
        if (name.equals("resnet_micro")) {
            assertEquals(List.of(classifier), spared);
        } else {
            assertFalse(spared.contains(classifier.replace("weight", "bias")), spared.toString());
        }
    }

    private static Map<String, float[]> stepped(String name, Recipe recipe) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Nets.step(Step.PLAIN, new Supervised(model, 0), Nets.batch(8), new Sgd(1, 0, false), recipe);
            return Nets.values(model.trainedParameters());
        }
    }

    @Test
    void lossThatIsNotFiniteChangesNothing() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            NDArray bias = model.trainedParameters().get("fc.bias").getArray();
            org.backbonelab.testing.Golden.set(bias, new float[] {Float.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0});
            Map<String, float[]> before = Nets.values(model.trainedParameters());
            for (Step step : new Step[] {Step.PLAIN, new Sam(0.1)}) {
                double loss = Nets.step(
                        step, new Supervised(model, 0), Nets.batch(4), new Sgd(0.1, 0, false), Recipe.supervised());
                assertTrue(Double.isNaN(loss));
                Nets.values(model.trainedParameters())
                        .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
            }
        }
    }

    /** A network without batch statistics cannot tell parts of 6 and 2 images from one batch of 8. */
    @Test
    void gradientsOfPartsAveragedOverImagesAreThoseOfTheWhole() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "convnext_micro");
            Supervised objective = new Supervised(model, 0.1);
            Batch whole = Nets.batch(8);
            Batch[] parts = {part(whole, 0, 6), part(whole, 6, 8)};
            Nets.Gradients one = Nets.backward(objective, Recipe.supervised(), whole);
            Nets.Gradients two = Nets.backward(objective, Recipe.supervised(), parts);
            assertEquals(one.loss(), two.loss(), 1e-5);
            assertArrayEquals(Nets.concat(one.values()), Nets.concat(two.values()), 1e-5f);
        }
    }

    private static Batch part(Batch whole, int from, int to) {
        int image = whole.channels() * whole.size() * whole.size();
        return new Batch(
                Arrays.copyOfRange(whole.pixels(), from * image, to * image),
                Arrays.copyOfRange(whole.labels(), from, to),
                whole.channels(),
                whole.size());
    }

    /** In bfloat16 the loss and all gradients stay near those in float32, and the parameters float32. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet_micro",
                "convnext_micro",
                "convnextv2_micro",
                "vit_micro",
                "mixer_micro",
                "nfnet_micro_w16"
            })
    void bf16StaysNearFp32(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Supervised objective = new Supervised(model, 0.1);
            Recipe bf16 = Recipe.supervised().withPrecision(Precision.BF16);
            for (int i = 0; i < 3; i++) {
                Nets.step(Step.PLAIN, objective, Nets.batch(8), new Sgd(0.05, 0, false), Recipe.supervised());
            }
            Nets.Gradients high = Nets.backward(objective, Recipe.supervised(), Nets.batch(8));
            Nets.Gradients low = Nets.backward(objective, bf16, Nets.batch(8));
            assertEquals(high.loss(), low.loss(), 0.02 * high.loss());
            assertTrue(high.loss() != low.loss(), "bfloat16 was not used");
            float[] a = Nets.concat(high.values());
            float[] b = Nets.concat(low.values());
            double length = 0;
            double difference = 0;
            for (int i = 0; i < a.length; i++) {
                length += (double) a[i] * a[i];
                difference += Math.pow((double) a[i] - b[i], 2);
            }
            assertTrue(difference < 0.01 * length, Math.sqrt(difference / length) + " of the gradient's length");
            Nets.step(new Sam(0.05), objective, Nets.batch(8), new Sgd(0.05, 0, false), bf16);
            Nets.values(model.trainedParameters()).forEach((key, values) -> {
                for (float v : values) {
                    assertTrue(Float.isFinite(v), key);
                }
            });
        }
    }
}
