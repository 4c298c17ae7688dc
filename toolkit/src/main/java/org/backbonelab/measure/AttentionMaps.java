package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;

/** What a ViT's class token attends to, as pictures (Caron et al., arXiv 2104.14294, figure 1; arXiv 2106.01548, section 4). */
public final class AttentionMaps {
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
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                List<float[]> means = new ArrayList<>();
                Pass pass =
                        Pass.evaluation().withTap(Tap.ATTENTION, (name, weights) -> means.add(ofClassToken(weights)));
                model.apply(Supervised.images(manager, images), pass);
                if (block < 1 || block > means.size()) {
                    throw new IllegalArgumentException("block is " + block + ", expected 1 to " + means.size()
                            + ", the blocks of the network with self-attention over all positions");
                }
                return maps(means.get(block - 1), images.count());
            }
        });
    }

    /** From (N, heads, T, T) to the first row's mean over heads: (N, T). */
    private static float[] ofClassToken(NDArray weights) {
        return weights.get(":,:,0").mean(new int[] {1}).toFloatArray();
    }

    private static double[][][] maps(float[] attention, int count) {
        int tokens = attention.length / count;
        int side = (int) Math.round(Math.sqrt(tokens - 1.0));
        if (side * side != tokens - 1) {
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
