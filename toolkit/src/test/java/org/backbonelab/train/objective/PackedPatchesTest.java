package org.backbonelab.train.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Patches;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The encoder that computes visible patches alone, and what else a recipe may ask of masked pre-training. */
class PackedPatchesTest {
    /** What the encoder does not compute nobody needs: not the loss, nor any gradient. */
    @ParameterizedTest
    @CsvSource({
        "convnext_micro, 28, CONVNEXT, 1",
        "convnextv2_micro, 28, CONVNEXT, 1",
        "convnextv2_micro, 16, CONVNEXT, 2",
        "convnextv2_micro, 16, TRANSFORMER, 1",
        "convnextv2_tiny_cifar, 16, CONVNEXT, 1"
    })
    void packedPatchesGiveTheLossAndTheGradientsOfMaskedImages(
            String name, int size, FcmaeDecoder.Kind kind, int depth) {
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt encoder = (ConvNeXt) Backbones.create(name, new ImageSpec(1, size, 10), 0);
            encoder.initialize(manager, 7);
            lively(encoder);
            FcmaeDecoder decoder = new FcmaeDecoder(encoder, new FcmaeDecoder.Config(kind, 32, depth));
            decoder.initialize(manager, 2);
            Batch batch = Nets.batch(4, size);
            Nets.Gradients packed = Nets.backward(new Masked(encoder, decoder, 0.6, Masked.Encoding.PACKED), batch);
            Nets.Gradients masked = Nets.backward(new Masked(encoder, decoder, 0.6, Masked.Encoding.MASKED), batch);
            assertEquals(masked.loss(), packed.loss(), 1e-6 * masked.loss());
            double largest = masked.values().values().stream()
                    .flatMapToDouble(PackedPatchesTest::all)
                    .map(Math::abs)
                    .max()
                    .orElseThrow();
            masked.values().forEach((parameter, gradient) -> {
                float[] other = packed.values().get(parameter);
                for (int i = 0; i < gradient.length; i++) {
                    assertEquals(gradient[i], other[i], 1e-5 * largest, parameter);
                }
            });
        }
    }

    private static DoubleStream all(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
    }

    /** LayerScale and GRN start as good as switched off; here every block counts. */
    private static void lively(ConvNeXt model) {
        model.namedParameters().forEach((key, p) -> {
            if (key.endsWith(".gamma") || key.contains(".grn.")) {
                Golden.set(p.getArray(), Golden.fill(p.getArray().size(), key.length(), 1, 0));
            }
        });
    }

    /** Removed pixels change nothing that is computed of visible patches, and get no gradient from it. */
    @ParameterizedTest
    @ValueSource(strings = {"convnext_micro", "convnextv2_micro", "convnextv2_micro_w32_cbam", "convnextv2_tiny_cifar"})
    void packedEncoderSeesNoRemovedPixel(String name) {
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt encoder = (ConvNeXt) Backbones.create(name, new ImageSpec(1, 16, 10), 0);
            encoder.initialize(manager, 7);
            lively(encoder);
            int side = 16 / encoder.config().stride();
            float[] mask = Masked.mask(2, side * side, 0.6, 1);
            Patches visible = new Patches(manager.create(mask, new Shape(2, 1, side, side)));
            Pass pass = Pass.evaluation().withPatches(visible);
            NDArray x = Golden.fill(manager, new Shape(2, 1, 16, 16), 0);
            NDArray other = visible.put(visible.take(x))
                    .add(visible.others().put(visible.others().take(x.mul(7))));
            assertArrayEquals(
                    encoder.forwardFeatures(x, pass).toFloatArray(),
                    encoder.forwardFeatures(other, pass).toFloatArray());
            assertTrue(other.sub(x).abs().max().getFloat() > 1, "nothing was changed: the test tests nothing");
            x.setRequiresGradient(true);
            List<NDArray> gradient = Torch.withGradients(
                    () -> Kernels.grad(encoder.forwardFeatures(x, pass).square().sum(), List.of(x)));
            NDArray removed = visible.others().take(gradient.get(0));
            assertEquals(0, removed.abs().max().getFloat());
            assertTrue(gradient.get(0).abs().max().getFloat() > 0);
        }
    }

    /** The paper's first attempt: the encoder sees where patches were removed, and what it computes there counts. */
    @Test
    void leakyEncoderComputesSomethingElse() {
        try (NDManager manager = Torch.newManager()) {
            Batch batch = Nets.batch(3);
            float sparse =
                    masked(manager, 0.6).loss(manager, batch, Pass.training(1)).getFloat();
            float leaky = masked(manager, 0.6, Masked.Encoding.LEAKY)
                    .loss(manager, batch, Pass.training(1))
                    .getFloat();
            assertTrue(Math.abs(sparse - leaky) > 5e-6 * sparse, sparse + " and " + leaky);
        }
    }

    /** V2 micro at 28 pixels, by hand: its stem, blocks and one convolution between stages, and the decoder. */
    @Test
    void multiplyAddsAreThoseOfVisiblePatchesAndOfTheDecoder() {
        try (NDManager manager = Torch.newManager()) {
            long visible = 19;
            long all = 49;
            long first = 4 * (4 * 32) + 2 * 4 * (8 * 32 * 32);
            long second = 4 * 32 * 64 + 2 * (8 * 64 * 64);
            long depthwise = 2 * (49 * 32 * 4 * all) + 2 * (49 * 64 * all);
            long decoder = visible * 64 * 32 + all * (49 * 32 + 8 * 32 * 32) + 30 * 32 * 16;
            assertEquals(
                    visible * (first + second) + depthwise + decoder,
                    masked(manager, 0.6).macs());
            Masked whole = masked(manager, 0.6, Masked.Encoding.MASKED);
            long more = all * (64 * 32 + 49 * 32 + 8 * 32 * 32 + 32 * 16);
            assertEquals(all * (first + second) + depthwise + more, whole.macs());
        }
    }

    /** A reader's own mask: what it removes is predicted, what it keeps is not looked at. */
    @Test
    void masksMayBeGiven() {
        try (NDManager manager = Torch.newManager()) {
            Masked masked = masked(manager, 0.6);
            Batch batch = Nets.batch(2);
            float[] mask = new float[2 * 49];
            mask[3] = 1;
            mask[60] = 1;
            Masked.Reconstruction r = masked.reconstruct(manager, batch, Pass.evaluation(), mask);
            assertArrayEquals(mask, r.visible().toFloatArray());
            float[] predicted = r.predicted().toFloatArray();
            assertEquals(0, predicted[3 * 16]);
            assertTrue(predicted[4 * 16] != 0);
            mask[61] = 1;
            for (float[] wrong : List.of(mask, new float[2 * 49], new float[48])) {
                String message = assertThrows(
                                IllegalArgumentException.class,
                                () -> masked.reconstruct(manager, batch, Pass.evaluation(), wrong))
                        .getMessage();
                assertTrue(message.contains("expected"), message);
            }
        }
    }

    @Test
    void decoderIsWhatTheRecipeSays() {
        try (NDManager manager = Torch.newManager()) {
            Backbone encoder = Nets.create(manager, "convnextv2_micro");
            Recipe recipe = Recipe.supervised()
                    .withObjective(
                            "fcmae", Map.of("decoder_width", 48.0, "decoder_depth", 2.0, "decoder_transformer", 1.0));
            Map<String, Parameter> found = Objectives.of(recipe, encoder, 0, 0).parameters();
            assertEquals(
                    new Shape(1, 49, 48),
                    found.get("decoder.decoder.0.pos_embed").getArray().getShape());
            assertTrue(found.containsKey("decoder.decoder.1.block.attn.qkv.weight"));
            assertFalse(found.containsKey("decoder.decoder.1.pos_embed"));
            for (Map<String, Double> wrong : List.of(
                    Map.of("decoder_width", 0.0),
                    Map.of("decoder_depth", 0.0),
                    Map.of("decoder_depth", 1.5),
                    Map.of("leaky", 2.0))) {
                String key = wrong.keySet().iterator().next();
                String message = assertThrows(
                                IllegalArgumentException.class,
                                () -> Objectives.of(Recipe.supervised().withObjective("fcmae", wrong), encoder, 0, 0))
                        .getMessage();
                assertTrue(message.contains(key.replace("decoder_", "")), message);
            }
        }
    }

    private static Masked masked(NDManager manager, double ratio) {
        return masked(manager, ratio, Masked.Encoding.PACKED);
    }

    static Masked masked(NDManager manager, double ratio, Masked.Encoding encoding) {
        ConvNeXt encoder = (ConvNeXt) Nets.create(manager, "convnextv2_micro");
        FcmaeDecoder decoder = new FcmaeDecoder(encoder, FcmaeDecoder.Config.ofWidth(32));
        decoder.initialize(manager, 2);
        return new Masked(encoder, decoder, ratio, encoding);
    }
}
