package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Spatial;
import org.backbonelab.tensor.Torch;

/**
 * A convolution with scaled weight standardisation (NFNets, arXiv 2102.06171, equation 1).
 *
 * <p>Per output channel with fan-in N: gain (W - mean) / sqrt(max(N var, 1e-4)), var the biased one; timm has
 * gain (W - mean) / sqrt(N (var + 1e-5)).
 */
public final class ScaledStdConv extends Layer {
    private static final float LEAST = 1e-4f;
    private static final double TIMM_EPS = 1e-5;

    /** Whose network it is part of. */
    public enum Variant {
        /** For training from scratch: symmetric padding. */
        PLAIN,
        /** As DeepMind's code: padding at stride 2 and even sizes is not symmetric; see {@link Spatial#padSame}. */
        DEEPMIND,
        /**
         * As timm: DeepMind's padding, but its own epsilon, which is added to the variance.
         *
         * <p>As the variance is near 1 / N, it weakens a convolution of fan-in 1536 by 0.8 %.
         */
        TIMM,
        /** As {@link #PLAIN}, but weights are not standardised: gain W. For taking the network apart. */
        UNSTANDARDISED
    }

    private final Parameter weight;
    private final Parameter bias;
    private final Parameter gain;
    private final Kernels.Geometry geometry;
    private final int fanIn;
    private final float added;
    private final Conv.Spec same;
    private final boolean standardised;

    /** Builds a plain convolution; gain starts at one, bias at zero. */
    public ScaledStdConv(Conv.Spec spec) {
        this(spec, Variant.PLAIN);
    }

    /** Builds the convolution; gain starts at one, bias at zero. */
    public ScaledStdConv(Conv.Spec spec, Variant variant) {
        weight = parameter(
                "weight",
                Role.WEIGHT,
                Init.leCun(),
                spec.out(),
                spec.in() / spec.groups(),
                spec.kernel(),
                spec.kernel());
        bias = parameter("bias", Role.BIAS, Init.ZEROS, spec.out());
        // One value a channel, not (C, 1, 1, 1): gradient clipping takes a vector's norm as a whole.
        gain = parameter("gain", Role.GAIN, Init.ONES, spec.out());
        storedAs(gain, spec.out(), 1, 1, 1);
        standardised = variant != Variant.UNSTANDARDISED;
        boolean symmetric = variant == Variant.PLAIN || variant == Variant.UNSTANDARDISED;
        same = symmetric || spec.stride() == 1 ? null : spec;
        geometry = same == null ? spec.geometry() : new Kernels.Geometry(spec.stride(), 0, spec.groups());
        fanIn = spec.in() / spec.groups() * spec.kernel() * spec.kernel();
        added = variant == Variant.TIMM ? (float) (fanIn * TIMM_EPS) : 0;
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray raw = pass.value(weight, x);
        NDArray flat = raw.reshape(raw.getShape().get(0), fanIn);
        NDArray scaled = (standardised ? standardise(flat) : flat)
                .mul(pass.value(gain, x).expandDims(1));
        NDArray padded = same == null ? x : Spatial.padSame(x, same.kernel(), same.stride());
        return Conv.convolve(this, padded, scaled.reshape(raw.getShape()), pass.value(bias, x), geometry, pass);
    }

    /** Returns rows of mean 0 and squares that sum to 1. */
    private NDArray standardise(NDArray flat) {
        NDArray centred = flat.sub(flat.mean(new int[] {1}, true));
        NDArray squares = centred.square().sum(new int[] {1}, true);
        NDArray spread =
                added > 0 ? squares.add(Torch.scalar(flat, added)) : squares.maximum(Torch.scalar(flat, LEAST));
        return centred.div(spread.sqrt());
    }
}
