package org.backbonelab.train.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;

class MaskedTest {
    private static final int PATCHES = 49;
    private static final int VALUES = 16;

    @Test
    void keepsNineteenOfFortyNinePatchesAtThePapersRatio() {
        float[] mask = Masked.mask(5, PATCHES, 0.6, 1);
        for (int n = 0; n < 5; n++) {
            assertEquals(19, count(mask, n));
        }
        assertFalse(Arrays.equals(sample(mask, 0), sample(mask, 1)), "two samples have one mask");
        assertArrayEquals(mask, Masked.mask(5, PATCHES, 0.6, 1));
        assertFalse(Arrays.equals(mask, Masked.mask(5, PATCHES, 0.6, 2)));
    }

    /** 49 x 0.2 and the like must not lose a patch to rounding; at least one patch stays. */
    @Test
    void keptCountIsTheFloorOfTheVisibleShare() {
        assertEquals(30, count(Masked.mask(1, 100, 0.7, 1), 0, 100));
        assertEquals(1, count(Masked.mask(1, 4, 0.99, 1), 0, 4));
    }

    @Test
    void patchesAreInOrderRowColumnChannel() {
        try (NDManager manager = Torch.newManager()) {
            // (1, 2, 4, 4): channel 0 counts from 0, channel 1 from 16
            NDArray images = manager.arange(32f).reshape(1, 2, 4, 4);
            NDArray patches = Masked.patchify(images, 2);
            assertEquals(new Shape(1, 4, 8), patches.getShape());
            assertArrayEquals(
                    new float[] {2, 18, 3, 19, 6, 22, 7, 23},
                    patches.get(0).get(1).toFloatArray());
            assertArrayEquals(
                    new float[] {8, 24, 9, 25, 12, 28, 13, 29},
                    patches.get(0).get(2).toFloatArray());
        }
    }

    @Test
    void lossIsTheMeanSquaredErrorOfNormalisedRemovedPatches() {
        try (NDManager manager = Torch.newManager()) {
            Masked masked = masked(manager, 0.6);
            Batch batch = Nets.batch(3);
            Masked.Reconstruction r = masked.reconstruct(manager, batch, Pass.evaluation(), 4);
            float[] predicted = r.predicted().toFloatArray();
            float[] visible = r.visible().toFloatArray();
            double sum = 0;
            int removed = 0;
            for (int i = 0; i < visible.length; i++) {
                if (visible[i] == 0) {
                    double[] target = target(batch.pixels(), i / PATCHES, i % PATCHES);
                    for (int v = 0; v < VALUES; v++) {
                        double error = predicted[i * VALUES + v] - target[v];
                        sum += error * error / VALUES;
                    }
                    removed++;
                }
            }
            assertEquals(90, removed);
            assertEquals(sum / removed, r.loss().getFloat(), 1e-4);
        }
    }

    /** Mean 0 and unbiased variance 1 in each patch of 4 x 4 pixels. */
    private static double[] target(float[] pixels, int image, int patch) {
        double[] out = new double[VALUES];
        for (int v = 0; v < VALUES; v++) {
            int y = patch / 7 * 4 + v / 4;
            int x = patch % 7 * 4 + v % 4;
            out[v] = pixels[image * 784 + y * 28 + x];
        }
        double mean = Arrays.stream(out).average().orElseThrow();
        double variance = Arrays.stream(out).map(t -> (t - mean) * (t - mean)).sum() / (VALUES - 1);
        return Arrays.stream(out)
                .map(t -> (t - mean) / Math.sqrt(variance + 1e-6))
                .toArray();
    }

    @Test
    void passesOfOneSeedMaskAlikeAndOthersOtherwise() {
        try (NDManager manager = Torch.newManager()) {
            Masked masked = masked(manager, 0.6);
            Batch batch = Nets.batch(2);
            float first = masked.loss(manager, batch, Pass.training(1)).getFloat();
            assertEquals(first, masked.loss(manager, batch, Pass.training(1)).getFloat());
            assertTrue(first != masked.loss(manager, batch, Pass.training(2)).getFloat());
        }
    }

    /** Two equal images in two parts: with the same mask their losses would be one number. */
    @Test
    void partsOfABatchHaveMasksOfTheirOwn() {
        try (NDManager manager = Torch.newManager()) {
            Masked masked = masked(manager, 0.6);
            Batch one = Nets.batch(1);
            List<Float> losses = new ArrayList<>();
            Objective listening = (Objective) java.lang.reflect.Proxy.newProxyInstance(
                    Objective.class.getClassLoader(), new Class<?>[] {Objective.class}, (proxy, method, arguments) -> {
                        Object result = method.invoke(masked, arguments);
                        if (method.getName().equals("loss")) {
                            losses.add(((NDArray) result).getFloat());
                        }
                        return result;
                    });
            Recipe recipe = Recipes.fcmae();
            Nets.passes(manager, listening, Weights.of(masked), List.of(one, one), 7, 0, null, recipe)
                    .first();
            assertEquals(2, losses.size());
            assertTrue(!losses.get(0).equals(losses.get(1)), losses.toString());
        }
    }

    @Test
    void trainsEncoderAndDecoderButNotTheHead() {
        try (NDManager manager = Torch.newManager()) {
            Masked masked = masked(manager, 0.6);
            Map<String, float[]> gradients =
                    Nets.backward(masked, Nets.batch(4)).values();
            assertTrue(masked.parameters().keySet().stream().noneMatch(n -> n.startsWith("head.")));
            assertTrue(masked.parameters().containsKey("decoder.mask_token"));
            assertEquals(masked.parameters().keySet(), gradients.keySet());
            gradients.forEach((name, g) -> {
                float largest = 0;
                for (float v : g) {
                    assertTrue(Float.isFinite(v), name);
                    largest = Math.max(largest, Math.abs(v));
                }
                assertTrue(largest > 0, name + " has gradient zero");
            });
        }
    }

    @Test
    void ratioThatRemovesNothingOrAllIsRefused() {
        try (NDManager manager = Torch.newManager()) {
            for (double ratio : new double[] {0, 1, -0.1, Double.NaN}) {
                assertThrows(IllegalArgumentException.class, () -> masked(manager, ratio));
            }
        }
    }

    private static Masked masked(NDManager manager, double ratio) {
        return PackedPatchesTest.masked(manager, ratio, Masked.Encoding.PACKED);
    }

    private static float[] sample(float[] mask, int n) {
        return Arrays.copyOfRange(mask, n * PATCHES, (n + 1) * PATCHES);
    }

    private static int count(float[] mask, int n) {
        return count(mask, n, PATCHES);
    }

    private static int count(float[] mask, int n, int patches) {
        int out = 0;
        for (int i = n * patches; i < (n + 1) * patches; i++) {
            out += (int) mask[i];
        }
        return out;
    }
}
