package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;

/**
 * Layer normalisation over channels (Ba et al. 2016), with a weight and, but for MetaFormers, a bias.
 *
 * <p>The field's ViT, Mixer and ConvNeXt code uses eps 1e-6 where DJL's default is 1e-5.
 */
public final class LayerNorm extends Layer {
    private static final double EPS = 1e-6;

    private final Parameter weight;
    private final Parameter bias;
    private final boolean channelsFirst;
    private final double eps;

    private LayerNorm(int channels, boolean channelsFirst, boolean withBias, double eps) {
        this.eps = eps;
        weight = parameter("weight", Role.NORM, Init.ONES, channels);
        bias = withBias ? parameter("bias", Role.BIAS, Init.ZEROS, channels) : null;
        this.channelsFirst = channelsFirst;
    }

    /** Returns a norm over the last axis of (..., C). */
    public static LayerNorm last(int channels) {
        return new LayerNorm(channels, false, true, EPS);
    }

    /** Returns a norm over C of (N, C, H, W), each position by itself. */
    public static LayerNorm channels(int channels) {
        return new LayerNorm(channels, true, true, EPS);
    }

    /** Returns a norm over the last axis of (..., C) with another epsilon than 1e-6. */
    public static LayerNorm last(int channels, double eps) {
        return new LayerNorm(channels, false, true, eps);
    }

    /** Returns a norm over C of (N, C, H, W) that has no bias. */
    public static LayerNorm channelsWithoutBias(int channels) {
        return new LayerNorm(channels, true, false, EPS);
    }

    /** Returns a norm over the last axis of (..., C) that has no bias. */
    public static LayerNorm lastWithoutBias(int channels) {
        return new LayerNorm(channels, false, false, EPS);
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return Kernels.layerNorm(
                x, pass.value(weight, x), bias == null ? null : pass.value(bias, x), eps, channelsFirst);
    }
}
