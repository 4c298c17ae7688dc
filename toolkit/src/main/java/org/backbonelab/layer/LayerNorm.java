package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

/**
 * Layer normalisation over channels (Ba et al. 2016), with affine parameters.
 *
 * <p>The field's ViT, Mixer and ConvNeXt code uses eps 1e-6 where DJL's default is 1e-5.
 */
public final class LayerNorm extends Layer {
    private static final float EPS = 1e-6f;

    private final Parameter weight;
    private final Parameter bias;
    private final Shape normalized;
    private final boolean channelsFirst;

    private LayerNorm(int channels, boolean channelsFirst) {
        weight = parameter("weight", Init.ONES, channels);
        bias = parameter("bias", Init.ZEROS, channels);
        normalized = new Shape(channels);
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
        NDArray in = channelsFirst ? x.transpose(0, 2, 3, 1) : x;
        NDArray y = ai.djl.nn.norm.LayerNorm.layerNorm(in, normalized, pass.value(weight, x), pass.value(bias, x), EPS)
                .singletonOrThrow();
        return channelsFirst ? y.transpose(0, 3, 1, 2) : y;
    }
}
