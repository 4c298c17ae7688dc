package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.optim.Clipping;
import org.backbonelab.tensor.Torch;

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
        double loss = update.backward(false);
        if (!Double.isFinite(loss)) {
            return loss;
        }
        Map<String, NDArray> saved = ascend(update);
        double perturbed = update.backward(true);
        restore(update, saved);
        if (!Double.isFinite(perturbed)) {
            return perturbed;
        }
        update.apply(update.gradients());
        return loss;
    }

    /** Moves to w + e and returns copies of w. */
    private Map<String, NDArray> ascend(Update update) {
        return Torch.withoutGradients(() -> {
            Map<String, NDArray> gradients = update.gradients();
            double norm = Clipping.globalNorm(gradients.values());
            double scale = rho / Math.max(norm, 1e-12);
            Map<String, NDArray> saved = new LinkedHashMap<>();
            update.parameters().forEach((name, p) -> {
                NDArray w = p.getArray();
                NDArray copy = w.duplicate();
                saved.put(name, copy);
                w.addi(gradients.get(name).mul(scale));
            });
            update.clear();
            return saved;
        });
    }

    private static void restore(Update update, Map<String, NDArray> saved) {
        Torch.withoutGradients(() -> {
            update.parameters().forEach((name, p) -> {
                saved.get(name).copyTo(p.getArray());
                // The copy hangs on the parameter's long-lived manager: give it back at once.
                NDScope.unregister(saved.get(name));
                saved.get(name).close();
            });
            return null;
        });
    }
}
