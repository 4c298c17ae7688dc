package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.model.Backbone;
import org.backbonelab.study.Measure;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;
import org.hipparchus.stat.StatUtils;

/** What a ViT's class token attends to, as pictures (Caron et al., arXiv 2104.14294, figure 1; arXiv 2106.01548, section 4). */
public final class AttentionMaps {
    /** How many images the measure looks at. */
    public static final int IMAGES = 10;

    private AttentionMaps() {}

    /**
     * Returns the attention of the class token to the patches in one block, mean over heads, in evaluation mode.
     *
     * @param model with a class token before its patches
     * @param images of any number
     * @param block from 1
     * @return (images, rows, columns) of patches from the top left; an image's values add up to 1 less what the token pays
     *     to itself
     * @throws IllegalArgumentException if the network has no such block, or no class token
     */
    public static double[][][] of(Backbone model, Batch images, int block) {
        List<float[]> means = means(model, images);
        if (block < 1 || block > means.size()) {
            throw new IllegalArgumentException("block is " + block + ", expected 1 to " + means.size()
                    + ", the blocks of the network with self-attention over all positions");
        }
        return maps(means.get(block - 1), images.count());
    }

    /**
     * Returns the measure {@code attention}: series {@code attention_maps}, the class token's attention in the last block on
     * {@value #IMAGES} test images, (N, rows, columns) of patches, and {@code attention_images}, the images' first channel, (N, H,
     * W), each from 0, its darkest pixel, to 1. Of a network without a class token it finds nothing.
     */
    public static Measure lastBlock() {
        return Measure.of("attention", t -> {
            Batch batch = TestImages.batch(t.split(), IMAGES);
            List<float[]> means = means(t.model(), batch);
            if (means.isEmpty() || side(means.get(0), batch.count()) == 0) {
                return new Measure.Found(Map.of(), Map.of());
            }
            List<Double> maps = Arrays.stream(maps(means.get(means.size() - 1), batch.count()))
                    .flatMap(Arrays::stream)
                    .flatMapToDouble(Arrays::stream)
                    .mapToObj(v -> Math.round(v * 1e6) / 1e6)
                    .toList();
            return new Measure.Found(Map.of(), Map.of("attention_maps", maps, "attention_images", firstChannel(batch)));
        });
    }

    /** Returns the attention of the class token to all tokens, (N, T), of each block. */
    private static List<float[]> means(Backbone model, Batch images) {
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                List<float[]> means = new ArrayList<>();
                Pass pass =
                        Pass.evaluation().withTap(Tap.ATTENTION, (name, weights) -> means.add(ofClassToken(weights)));
                model.apply(Supervised.images(manager, images), pass);
                return means;
            }
        });
    }

    private static List<Double> firstChannel(Batch batch) {
        int plane = batch.size() * batch.size();
        List<Double> out = new ArrayList<>();
        for (int n = 0; n < batch.count(); n++) {
            int from = n * batch.channels() * plane;
            double[] values = IntStream.range(from, from + plane)
                    .mapToDouble(i -> batch.pixels()[i])
                    .toArray();
            double low = StatUtils.min(values);
            double range = Math.max(StatUtils.max(values) - low, Float.MIN_NORMAL);
            for (double value : values) {
                out.add(Math.round((value - low) / range * 1e3) / 1e3);
            }
        }
        return out;
    }

    /** From (N, heads, T, T) to the first row's mean over heads: (N, T). */
    private static float[] ofClassToken(NDArray weights) {
        return weights.get(":,:,0").mean(new int[] {1}).toFloatArray();
    }

    /** Returns the patches along an edge, 0 if there is no class token before a square of them. */
    private static int side(float[] attention, int count) {
        int patches = attention.length / count - 1;
        int side = (int) Math.round(Math.sqrt(patches));
        return side * side == patches ? side : 0;
    }

    private static double[][][] maps(float[] attention, int count) {
        int tokens = attention.length / count;
        int side = side(attention, count);
        if (side == 0) {
            throw new IllegalArgumentException("attention over " + tokens
                    + " positions, expected a class token and a square of patches; choose a ViT");
        }
        double[][][] out = new double[count][side][side];
        for (int n = 0; n < count; n++) {
            for (int p = 0; p < side * side; p++) {
                out[n][p / side][p % side] = attention[n * tokens + 1 + p];
            }
        }
        return out;
    }
}
