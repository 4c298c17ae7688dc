package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.List;
import org.backbonelab.tensor.Kernels;

/** Batch normalisation of (N, C, H, W) with momentum 0.1 (PyTorch's) and eps 1e-5, as torchvision's ResNets have it. */
public final class BatchNorm extends Layer {
    private static final double EPS = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final Parameter weight;
    private final Parameter bias;
    private final Parameter runningMean;
    private final Parameter runningVar;

    /**
     * Builds a batch norm.
     *
     * @param weightInit ones, or zeros for the last norm of a residual branch
     */
    public BatchNorm(int channels, Init weightInit) {
        weight = parameter("weight", Role.NORM, weightInit, channels);
        bias = parameter("bias", Role.BIAS, Init.ZEROS, channels);
        runningMean = buffer("running_mean", Init.ZEROS, channels);
        runningVar = buffer("running_var", Init.ONES, channels);
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return normalise(x, false, pass);
    }

    /** Computes the norm and then the positive part, in one call. */
    public NDArray applyRelu(NDArray x, Pass pass) {
        return normalise(x, true, pass);
    }

    private NDArray normalise(NDArray x, boolean relu, Pass pass) {
        // A share of 0 leaves the running statistics alone, yet normalises by the batch's own.
        double momentum = pass.updatesStatistics() ? MOMENTUM : 0;
        return Kernels.batchNorm(
                x,
                List.of(pass.value(weight, x), pass.value(bias, x)),
                List.of(pass.value(runningMean, x), pass.value(runningVar, x)),
                new Kernels.Statistics(pass.isTraining(), momentum),
                EPS,
                relu);
    }
}
