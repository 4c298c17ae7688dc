package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import org.backbonelab.tensor.Torch;

/** Clipping of gradients in place, between the backward pass and the update. */
public final class Clipping {
    private static final double AGC_EPS = 1e-3;
    private static final double TINY = 1e-6;

    private Clipping() {}

    /** Returns the norm of all gradients together. */
    public static double globalNorm(Collection<NDArray> gradients) {
        double sum = 0;
        for (NDArray g : gradients) {
            sum += g.square().sum().getFloat();
        }
        return Math.sqrt(sum);
    }

    /**
     * Scales all gradients so that their global norm is at most {@code maxNorm}, as {@code clip_grad_norm_} does.
     *
     * @return the norm before
     */
    public static double byGlobalNorm(Collection<NDArray> gradients, double maxNorm) {
        double norm = globalNorm(gradients);
        if (norm > maxNorm) {
            gradients.forEach(g -> g.muli(maxNorm / (norm + TINY)));
        }
        return norm;
    }

    /**
     * Adaptive gradient clipping (NFNets, arXiv 2102.06171, equation 3): unit by unit, G is scaled down to
     * lambda * max(||W||, 1e-3).
     *
     * <p>A unit is the whole of a scalar or vector, a row of a matrix, an output channel of a convolution.
     *
     * @param weight the tensor
     * @param gradient scaled in place
     */
    public static void adaptive(NDArray weight, NDArray gradient, double lambda) {
        // Recorded, the clipped gradient would hold on to the graph of its own clipping.
        Torch.withoutGradients(() -> {
            NDArray limit = unitNorm(weight).maximum(AGC_EPS).mul(lambda);
            NDArray norm = unitNorm(gradient).maximum(TINY);
            return gradient.muli(limit.div(norm).minimum(1));
        });
    }

    /** Returns norms that broadcast against the tensor. */
    static NDArray unitNorm(NDArray x) {
        Shape shape = x.getShape();
        if (shape.dimension() < 2) {
            return x.square().sum().sqrt();
        }
        int[] axes = new int[shape.dimension() - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 1;
        }
        return x.square().sum(axes, true).sqrt();
    }
}
