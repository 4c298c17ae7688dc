package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.List;
import org.backbonelab.tensor.Kernels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batch normalisation of (N, C, H, W) with momentum 0.1 (PyTorch's) and eps 1e-5, as torchvision's ResNets have it.
 *
 * <p>A batch of one image whose map has shrunk to 1 x 1 has one value a channel, and no variance; it is what remains of
 * an epoch whose images leave one over. PyTorch refuses it. Here, in training, the result is NaN and so is the loss: the
 * update is counted as not finite, and the recipe's policy decides. With {@code STOP} the run ends there as diverged,
 * its weights and running statistics as they were before; with {@code SKIP} the update is left out; with
 * {@code PROPAGATE} the weights become NaN and the run ends. The running statistics stay in any case. A batch size that
 * leaves no single image, or a larger map, avoids it; a warning in the log says so.
 */
public final class BatchNorm extends Layer {
    private static final Logger LOG = LoggerFactory.getLogger(BatchNorm.class);
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
        Shape shape = x.getShape();
        if (pass.isTraining() && shape.size() == shape.get(1) && pass.isFirstWarning()) {
            LOG.warn(
                    "batch norm in training got one value a channel, of shape {}: it has no variance, so this update is "
                            + "not finite. Choose a batch size that leaves no batch or part of one image, larger images, "
                            + "or NonFinite.SKIP, which leaves such updates out",
                    shape);
        }
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
