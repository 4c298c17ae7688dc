package org.backbonelab.optim;

import java.util.List;
import org.backbonelab.layer.ParameterInfo;

/**
 * Layer-wise decay of the learning rate: decay^(M + 1 - i) for layer i of M blocks, so the head learns at the full
 * rate.
 *
 * <p>The layer is {@link ParameterInfo#block}: block k, from 1, is layer k; head and last norm are layer M + 1; stem, patch
 * embedding, positions and tokens are layer 0, as BEiT (arXiv 2106.08254, its released fine-tuning code) and MAE have it. In
 * ConvNeXts and what is built like them the stem belongs to the first block, as in ConvNeXt V2's released fine-tuning code;
 * a downsampling between stages belongs to the block after it everywhere.
 */
public final class LayerDecay {
    private LayerDecay() {}

    /**
     * Returns the factor of the learning rate of each parameter, in their order.
     *
     * @param infos of the parameters that learn
     * @param decay above 0 and at most 1
     * @throws IllegalArgumentException if the network has no blocks
     */
    public static List<Double> scales(List<ParameterInfo> infos, double decay) {
        int top = infos.stream().mapToInt(ParameterInfo::block).max().orElse(0);
        if (top == 0) {
            throw new IllegalArgumentException("layer decay on a network without blocks, expected layer decay 1");
        }
        return infos.stream().map(i -> Math.pow(decay, top - i.block())).toList();
    }
}
