package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.List;
import org.backbonelab.data.Batch;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;
import org.backbonelab.train.objective.Objective;

/**
 * Worst-case adaptive sharpness: max of L(w + e) - L(w) over || e / |w| ||_2 <= rho, entry by entry, over all parameters
 * together (Kwon et al., arXiv 2102.11600, equation 4; Andriushchenko et al., arXiv 2302.07011, equation 1).
 *
 * <p>It does not change when layers are rescaled so that the function stays, as c and 1 / c around a ReLU do; a parameter
 * that is zero stays zero. Found by projected gradient ascent in u = e / |w|: normalised steps of 2.5 rho / steps, as
 * Madry et al. (arXiv 1706.06083) take them, back into the ball, and the highest loss on the way. So it is a lower bound.
 */
public final class AdaptiveSharpness {
    private static final TorchScript SCRIPT = TorchScript.compile("AdaptiveSharpness", """
            class AdaptiveSharpness(Module):
              def length(self, arrays: List[Tensor]) -> Tensor:
                norms: List[Tensor] = []
                for x in arrays:
                  norms.append(x.norm())
                return torch.stack(norms).norm()

              # Moves u in place and gives e = |w| u.
              def ascend(self, weights: List[Tensor], gradients: List[Tensor], u: List[Tensor], size: float,
                         rho: float) -> List[Tensor]:
                slopes: List[Tensor] = []
                for w, g in zip(weights, gradients):
                  slopes.append(w.abs() * g)
                step = size / self.length(slopes).clamp(1e-30)
                for x, s in zip(u, slopes):
                  x.add_(s * step)
                shrink = (rho / self.length(u).clamp(1e-30)).clamp(0, 1)
                out: List[Tensor] = []
                for w, x in zip(weights, u):
                  out.append(w.abs() * x.mul_(shrink))
                return out
            """);

    private AdaptiveSharpness() {}

    /**
     * Finds the adaptive sharpness of the loss of one batch, in evaluation mode.
     *
     * @param rho radius, above 0
     * @param steps of the ascent, 1 or more: a gradient and a loss each
     * @return in units of the loss, 0 or more
     * @throws IllegalArgumentException if the radius or the number of steps is out of range
     */
    public static double of(Objective objective, Batch batch, double rho, int steps) {
        try (WeightSpace space = new WeightSpace(objective, batch)) {
            return of(space, rho, steps);
        }
    }

    static double of(WeightSpace space, double rho, int steps) {
        if (!(rho > 0) || Double.isInfinite(rho) || steps < 1) {
            throw new IllegalArgumentException(
                    "rho is " + rho + " and steps is " + steps + ", expected a positive number and 1 or more");
        }
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<NDArray> u = space.origin().stream().map(Kernels::zerosLike).toList();
            double clean = space.loss();
            double highest = clean;
            for (int i = 0; i < steps; i++) {
                List<NDArray> gradient = space.gradient();
                List<NDArray> e = Torch.withoutGradients(
                        () -> SCRIPT.arrays(manager, "ascend", space.origin(), gradient, u, 2.5 * rho / steps, rho));
                WeightSpace.release(gradient);
                space.moveTo(1, e, 0, null);
                WeightSpace.release(e);
                // A loss that is not a number stays one.
                highest = Math.max(highest, space.loss());
            }
            WeightSpace.release(u);
            return highest - clean;
        } finally {
            space.moveHome();
        }
    }
}
