package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;

/** A convolution without bias and a batch norm: (N, in, H, W) to (N, out, H', W'). */
public final class ConvNorm extends Layer {
    private final Conv conv;
    private final BatchNorm bn;

    /** Builds both; names are {@code conv} and {@code bn}. */
    public ConvNorm(Conv.Spec spec, Init init) {
        conv = child("conv", new Conv(spec, init, false));
        bn = child("bn", new BatchNorm(spec.out(), Init.ONES));
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return bn.apply(conv.apply(x, pass), pass);
    }
}
