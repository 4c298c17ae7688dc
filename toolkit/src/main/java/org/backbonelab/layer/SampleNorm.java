package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;

/** A norm over channels and space of each sample, with a weight per channel and no bias: (N, H, W, C). */
public final class SampleNorm extends Layer {
    private static final double EPS = 1e-6;

    private final Parameter weight;

    /** Builds the norm of so many channels. */
    public SampleNorm(int dim) {
        weight = parameter("weight", Role.NORM, Init.ONES, dim);
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return Kernels.groupNorm(x.transpose(0, 3, 1, 2), 1, pass.value(weight, x), null, EPS)
                .transpose(0, 2, 3, 1);
    }
}
