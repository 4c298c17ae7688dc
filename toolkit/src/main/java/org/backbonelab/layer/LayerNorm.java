package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;

/**
 * Layer normalisation over channels (Ba et al. 2016), with affine parameters.
 *
 * <p>The field's ViT, Mixer and ConvNeXt code uses eps 1e-6 where DJL's default is 1e-5.
 */
public final class LayerNorm extends Layer {
    private static final double EPS = 1e-6;

    private final Parameter weight;
    private final Parameter bias;
    private final boolean channelsFirst;

    private LayerNorm(int channels, boolean channelsFirst) {
        weight = parameter("weight", Init.ONES, channels);
        bias = parameter("bias", Init.ZEROS, channels);
        this.channelsFirst = channelsFirst;
    }

    /** Returns a norm over the last axis of (..., C). */
    public static LayerNorm last(int channels) {
        return new LayerNorm(channels, false);
    }

    /** Returns a norm over C of (N, C, H, W), each position by itself. */
    public static LayerNorm channels(int channels) {
        return new LayerNorm(channels, true);
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return Kernels.layerNorm(x, pass.value(weight, x), pass.value(bias, x), EPS, channelsFirst);
    }
}
