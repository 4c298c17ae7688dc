package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;
import org.backbonelab.train.objective.Weights;

/**
 * LookSAM (Liu et al., arXiv 2203.02714, algorithm 1): {@link Sam} at every k-th update, its direction in between.
 *
 * <p>Every k updates: SAM's g' for the optimizer, and g_v = g' - (g . g' / ||g||^2) g kept, the part of g' that is
 * perpendicular to g. Else one pass only, and g + alpha (||g|| / ||g_v||) g_v for the optimizer. Norms and products are
 * over all parameters at once; the paper's layer-wise variant is another rule. What is kept is g_v / ||g_v||, one value
 * a parameter.
 */
public final class LookSam implements Step {
    private static final TorchScript SCRIPT = TorchScript.compile("LookSam", """
                    class LookSam(Module):
                      def dot(self, a: List[Tensor], b: List[Tensor]) -> Tensor:
                        out: List[Tensor] = []
                        for x, y in zip(a, b):
                          out.append((x * y).sum())
                        return torch.stack(out).sum()

                      def keep(self, directions: List[Tensor], first: List[Tensor], second: List[Tensor]) -> None:
                        share = self.dot(first, second) / self.dot(first, first).clamp(1e-24)
                        for d, g, s in zip(directions, first, second):
                          d.copy_(s - share * g)
                        scale = 1. / self.dot(directions, directions).sqrt().clamp(1e-12)
                        for d in directions:
                          d.mul_(scale)

                      # Overwrites the gradients.
                      def reuse(self, gradients: List[Tensor], directions: List[Tensor], alpha: float) -> None:
                        scale = alpha * self.dot(gradients, gradients).sqrt()
                        for g, d in zip(gradients, directions):
                          g.add_(d * scale)
                    """);

    private final double rho;
    private final double alpha;
    private final int every;
    private final Map<String, NDArray> directions = new LinkedHashMap<>();

    /**
     * Builds the step.
     *
     * @param rho radius, above 0
     * @param alpha weight of the kept direction, 0 or more; the paper's is 0.7
     * @param every k, 1 or more; 1 is SAM
     */
    public LookSam(double rho, double alpha, int every) {
        Sam.requireRadius(rho);
        if (!(alpha >= 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("alpha is " + alpha + ", expected a number of 0 or more");
        }
        if (every < 1) {
            throw new IllegalArgumentException("every is " + every + ", expected 1 or more updates");
        }
        this.rho = rho;
        this.alpha = alpha;
        this.every = every;
    }

    @Override
    public Gradient gradient(Backprop passes) {
        Gradient first = passes.first();
        if (!first.isUsable()) {
            return first;
        }
        // Where the double pass was left out there is no direction yet.
        if (passes.step() % every != 0 && !directions.isEmpty()) {
            run("reuse", first.arrays(), list(), alpha);
            return passes.checked(first);
        }
        List<NDArray> copies = Sam.ascend(passes, first.arrays(), rho);
        Gradient second = passes.secondThenRestore(copies).after(first);
        if (second.isUsable() && every > 1) {
            keep(passes.weights(), first.arrays(), second.arrays());
        }
        first.release();
        return second;
    }

    private void keep(Weights weights, List<NDArray> first, List<NDArray> second) {
        if (directions.isEmpty()) {
            weights.byName().forEach((name, weight) -> {
                NDArray zeros = Kernels.zerosLike(weight);
                NDScope.unregister(zeros);
                directions.put(name, zeros);
            });
        }
        run("keep", list(), first, second);
    }

    private List<NDArray> list() {
        return new ArrayList<>(directions.values());
    }

    private static void run(String method, Object... arguments) {
        Torch.withoutGradients(() -> {
            SCRIPT.run(method, arguments).close();
            return null;
        });
    }

    @Override
    public Map<String, NDArray> state() {
        return new LinkedHashMap<>(directions);
    }

    @Override
    public void restore(Map<String, NDArray> state, Weights weights) {
        if (!state.isEmpty() && !state.keySet().equals(Set.copyOf(weights.names()))) {
            throw new IllegalArgumentException("state of LookSAM is of " + state.keySet() + ", expected one array for"
                    + " each of " + weights.names());
        }
        directions.clear();
        if (!state.isEmpty()) {
            weights.byName().forEach((name, weight) -> {
                NDArray array = Kernels.laidOutLike(state.get(name), weight);
                NDScope.unregister(array);
                state.get(name).close();
                directions.put(name, array);
            });
        }
    }
}
