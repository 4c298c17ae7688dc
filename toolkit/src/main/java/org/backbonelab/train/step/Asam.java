package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Set;
import org.backbonelab.layer.Role;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;
import org.backbonelab.train.objective.Weights;

/**
 * Adaptive SAM (Kwon et al., arXiv 2102.11600, algorithm 1), which measures the radius in units of the weights.
 *
 * <p>As {@link Sam}, with e = rho T^2 g / ||T g||, value by value. As in the authors' code, T = |w| + eta for weights, those of
 * norms too, and T = 1 for all others: biases, position embeddings, tokens, gains, scales.
 *
 * @param rho radius, above 0; the authors' are 0.5 (CIFAR-10) and 1 (CIFAR-100)
 * @param eta 0 or more; the authors' is 0.01
 */
public record Asam(double rho, double eta) implements Step {
    private static final TorchScript SCRIPT = TorchScript.compile("Asam", """
                    class Asam(Module):
                      # Overwrites the gradients: by T g, then by T^2 g.
                      def ascend(self, weights: List[Tensor], gradients: List[Tensor], adaptive: List[int], rho: float,
                                 eta: float) -> List[Tensor]:
                        norms: List[Tensor] = []
                        for w, g, a in zip(weights, gradients, adaptive):
                          if a == 1:
                            g.mul_(w.abs().add_(eta))
                          norms.append(g.norm())
                        scale = rho / torch.stack(norms).norm().clamp(1e-12)
                        copies: List[Tensor] = []
                        for w, g, a in zip(weights, gradients, adaptive):
                          copies.append(w.clone())
                          if a == 1:
                            g.mul_(w.abs().add_(eta))
                          w.add_(g.mul_(scale))
                        return copies
                    """);

    /** Where the radius is measured in units of the weights; the authors' code finds them by {@code weight} in the name. */
    private static final Set<Role> ADAPTIVE = Set.of(Role.WEIGHT, Role.CLASSIFIER, Role.NORM, Role.POSITION_NETWORK);

    /** Checks the values. */
    public Asam {
        Sam.requireRadius(rho);
        if (!(eta >= 0) || Double.isInfinite(eta)) {
            throw new IllegalArgumentException("eta is " + eta + ", expected a number of 0 or more");
        }
    }

    /** Tells whether the radius of parameters of a role is in units of themselves. */
    static boolean isAdaptive(Role role) {
        return ADAPTIVE.contains(role);
    }

    @Override
    public Gradient gradient(Backprop passes) {
        Gradient first = passes.ascent();
        if (!first.isUsable()) {
            return first;
        }
        Weights weights = passes.weights();
        long[] adaptive = weights.infos().stream()
                .mapToLong(info -> isAdaptive(info.role()) ? 1 : 0)
                .toArray();
        List<NDArray> copies = Torch.withoutGradients(
                () -> SCRIPT.arrays(passes.manager(), "ascend", weights.arrays(), first.arrays(), adaptive, rho, eta));
        first.release();
        return passes.secondThenRestore(copies).after(first);
    }
}
