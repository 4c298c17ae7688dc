package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Look-ahead (Zhang et al., NeurIPS 2019, algorithm 1) around any optimizer.
 *
 * <p>After every k updates of the inner optimizer the slow weights move towards the fast ones, slow = slow + alpha (fast
 * - slow), and the fast ones go back there; the slow weights start where the fast ones do. The inner optimizer's state is
 * kept as it is. Learning rate and decay are the inner optimizer's; set them, and the groups, here. State: the inner
 * optimizer's, and one array of the weights' size.
 */
public final class Lookahead extends BaseOptimizer {
    private static final UpdateScript SCRIPT = UpdateScript.of("Lookahead", """
            def begin(self, weights: List[Tensor], slow: List[Tensor]) -> None:
              for w, s in zip(weights, slow):
                s.copy_(w)

            def synchronize(self, weights: List[Tensor], slow: List[Tensor], alpha: float) -> None:
              for w, s in zip(weights, slow):
                w.copy_(s.lerp_(w, alpha))
            """);

    /**
     * How to look ahead.
     *
     * @param k fast updates a slow one, 0 for no look-ahead
     * @param alpha how far the slow weights go
     */
    public record Settings(int k, double alpha) {
        /** No look-ahead. */
        public static final Settings NONE = new Settings(0, 0);

        /** Checks the values. */
        public Settings {
            if (k != 0 || alpha != 0) {
                check(k, alpha);
            }
        }

        /** Returns an optimizer that does so: the given one itself for none. */
        public BaseOptimizer around(BaseOptimizer inner) {
            return k == 0 ? inner : new Lookahead(inner, k, alpha);
        }
    }

    private final BaseOptimizer inner;
    private final int k;
    private final double alpha;

    /**
     * Builds the wrapper.
     *
     * @param inner makes the fast updates, and must not have made any
     * @param k fast updates a slow one, 1 or more; the paper's default is 5
     * @param alpha how far the slow weights go, above 0 and at most 1; the paper's default is 0.5
     * @throws IllegalArgumentException if a number is out of its range, or the inner optimizer lets nothing else move weights
     */
    public Lookahead(BaseOptimizer inner, int k, double alpha) {
        super(inner.learningRate(), inner.weightDecay());
        check(k, alpha);
        if (inner.ownsWeights()) {
            throw new IllegalArgumentException("look-ahead moves weights, and the state of "
                    + inner.getClass().getSimpleName()
                    + " is true only while nothing else does; choose one of the two");
        }
        this.inner = inner;
        this.k = k;
        this.alpha = alpha;
    }

    private static void check(int k, double alpha) {
        if (k < 1) {
            throw new IllegalArgumentException("look-ahead k is " + k + ", expected 1 or more");
        }
        if (!(alpha > 0 && alpha <= 1)) {
            throw new IllegalArgumentException("look-ahead alpha is " + alpha + ", expected above 0 and at most 1");
        }
    }

    @Override
    protected void prepare(List<NDArray> gradients) {
        inner.prepare(gradients);
    }

    @Override
    protected void rules(List<Group> groups) {
        for (Group group : groups) {
            if (group.step() == 1) {
                SCRIPT.run("begin", group.weights(), group.state("slow"));
            }
        }
        inner.rules(groups);
        for (Group group : groups) {
            if (group.step() % k == 0) {
                SCRIPT.run("synchronize", group.weights(), group.state("slow"), alpha);
            }
        }
    }

    @Override
    protected void rule(Group group) {
        rules(List.of(group));
    }

    @Override
    protected int curvatureEvery() {
        return inner.curvatureEvery();
    }

    @Override
    protected void estimate(List<NDArray> gradients, List<NDArray> hessian, int images) {
        inner.estimate(gradients, hessian, images);
    }
}
