package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/**
 * Sharpness-aware minimisation (Foret et al., arXiv 2010.01412, algorithm 1).
 *
 * <p>g at w; e = rho g / ||g||, one norm over all parameters; g' at w + e on the same batch; w restored from a copy;
 * the optimizer's step with g'. The loss reported is the first pass's, running statistics are the first pass's, and
 * clipping acts on g' only.
 *
 * @param rho radius, above 0
 */
public record Sam(double rho) implements Step {
    private static final TorchScript SCRIPT = TorchScript.compile("Sam", """
                    class Sam(Module):
                      def ascend(self, weights: List[Tensor], gradients: List[Tensor], rho: float) -> List[Tensor]:
                        norms: List[Tensor] = []
                        for g in gradients:
                          norms.append(g.norm())
                        scale = rho / torch.stack(norms).norm().clamp(1e-12)
                        copies: List[Tensor] = []
                        for w, g in zip(weights, gradients):
                          copies.append(w.clone())
                          w.add_(g * scale)
                        return copies
                    """);

    /** Checks the radius. */
    public Sam {
        requireRadius(rho);
    }

    static void requireRadius(double rho) {
        if (!(rho > 0) || Double.isInfinite(rho)) {
            throw new IllegalArgumentException("rho is " + rho + ", expected a positive number");
        }
    }

    @Override
    public Gradient gradient(Backprop passes) {
        Gradient first = passes.ascent();
        if (!first.isUsable()) {
            return first;
        }
        List<NDArray> copies = ascend(passes, first.arrays(), rho);
        first.release();
        return passes.secondThenRestore(copies).after(first);
    }

    /** Moves the weights by rho g / ||g|| and returns copies of what they were. */
    static List<NDArray> ascend(Backprop passes, List<NDArray> gradients, double rho) {
        return Torch.withoutGradients(
                () -> SCRIPT.arrays(passes.manager(), "ascend", passes.weights().arrays(), gradients, rho));
    }
}
