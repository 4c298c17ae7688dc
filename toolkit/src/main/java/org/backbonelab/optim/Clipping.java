package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.backbonelab.tensor.InPlace;

/** Clipping of gradients in place, between the backward pass and the update. */
public final class Clipping {
    private Clipping() {}

    /**
     * Scales all gradients so that their global norm is at most {@code maxNorm}, as {@code clip_grad_norm_} does.
     *
     * @param manager for what is needed on the way
     * @return the norm before
     */
    public static double byGlobalNorm(NDManager manager, List<NDArray> gradients, double maxNorm) {
        return InPlace.clipGlobalNorm(manager, gradients, maxNorm);
    }

    /**
     * Adaptive gradient clipping (NFNets, arXiv 2102.06171, equation 3): unit by unit, G is scaled down to
     * lambda * max(||W||, 1e-3).
     *
     * <p>A unit is the whole of a scalar or vector, a row of a matrix, an output channel of a convolution.
     *
     * @param weights the tensors
     * @param gradients scaled in place
     */
    public static void adaptive(List<NDArray> weights, List<NDArray> gradients, double lambda) {
        InPlace.adaptiveClip(weights, gradients, lambda);
    }
}
