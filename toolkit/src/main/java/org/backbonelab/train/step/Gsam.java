package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/**
 * Surrogate-gap SAM (Zhuang et al., arXiv 2203.08065, algorithm 1).
 *
 * <p>g at w and g' at w + e as in {@link Sam}; the optimizer gets g' - alpha g_perp, where g_perp = g - (g . g' /
 * ||g'||^2) g' is the part of g that is perpendicular to g', over all parameters at once. The radius follows the
 * learning rate itself, not a factor of it: rho_t = rhoMin + (rho - rhoMin) (lr_t - floor) / (peak - floor), and stays
 * between rhoMin and rho.
 *
 * @param rho radius at the peak, above 0
 * @param rhoMin radius at the floor, 0 to rho
 * @param alpha weight of the perpendicular part, 0 or more
 * @param peak learning rate after warm-up
 * @param floor learning rate where the schedule ends, below the peak, or equal to it for a radius of rho throughout
 */
public record Gsam(double rho, double rhoMin, double alpha, double peak, double floor) implements Step {
    private static final TorchScript SCRIPT = TorchScript.compile("Gsam", """
                    class Gsam(Module):
                      # Overwrites the second pass's gradients.
                      def decompose(self, first: List[Tensor], second: List[Tensor], alpha: float) -> None:
                        products: List[Tensor] = []
                        squares: List[Tensor] = []
                        for g, s in zip(first, second):
                          products.append((g * s).sum())
                          squares.append((s * s).sum())
                        share = torch.stack(products).sum() / torch.stack(squares).sum().clamp(1e-24)
                        for g, s in zip(first, second):
                          s.sub_(g - share * s, alpha=alpha)
                    """);

    /** Checks the values. */
    public Gsam {
        Sam.requireRadius(rho);
        require(rhoMin >= 0 && rhoMin <= rho, "rhoMin", rhoMin, "0 to rho");
        require(alpha >= 0 && Double.isFinite(alpha), "alpha", alpha, "a number of 0 or more");
        require(floor >= 0 && floor <= peak, "floor", floor, "a learning rate of 0 to the peak");
    }

    private static void require(boolean ok, String what, double value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(what + " is " + value + ", expected " + expected);
        }
    }

    /** Returns the radius at a learning rate. */
    double radius(double lr) {
        double share = peak == floor ? 1 : Math.max(0, Math.min(1, (lr - floor) / (peak - floor)));
        return rhoMin + (rho - rhoMin) * share;
    }

    @Override
    public Gradient gradient(Backprop passes) {
        Gradient first = passes.first();
        if (!first.isUsable()) {
            return first;
        }
        double now = radius(passes.learningRate());
        List<NDArray> copies = Sam.ascend(passes, first.arrays(), now);
        Gradient second = passes.secondThenRestore(copies).after(first);
        if (second.isUsable()) {
            Torch.withoutGradients(() -> {
                SCRIPT.run("decompose", first.arrays(), second.arrays(), alpha).close();
                return null;
            });
        }
        first.release();
        return passes.checked(second);
    }
}
