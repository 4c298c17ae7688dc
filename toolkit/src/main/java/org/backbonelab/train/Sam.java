package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.backbonelab.tensor.Kernels;

/**
 * Sharpness-aware minimisation (Foret et al., arXiv 2010.01412).
 *
 * <p>g at w; e = rho g / ||g||, one norm over all parameters; g' at w + e on the same batch; w restored from a copy;
 * the optimizer's step with g'. The loss reported is the first pass's, running statistics are the first pass's, and
 * clipping acts on g' only.
 *
 * @param rho radius, above 0
 */
public record Sam(double rho) implements Step {
    /** Checks the radius. */
    public Sam {
        if (!(rho > 0) || Double.isInfinite(rho)) {
            throw new IllegalArgumentException("rho is " + rho + ", expected a positive number");
        }
    }

    @Override
    public double update(Update update) {
        Update.Backward first = update.backward(false);
        if (!first.isFinite()) {
            return first.loss();
        }
        List<NDArray> weights = update.weights().arrays();
        List<NDArray> copies = Kernels.ascend(update.manager(), weights, first.gradients(), rho);
        first.release();
        Update.Backward second = update.backward(true);
        Kernels.inPlace("restore", weights, copies);
        copies.forEach(NDArray::close);
        if (!second.isFinite()) {
            return second.loss();
        }
        update.apply(second.gradients());
        return first.loss();
    }
}
