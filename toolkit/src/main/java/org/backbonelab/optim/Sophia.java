package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Sophia-G (Liu et al., arXiv 2305.14342, algorithm 3): momentum divided by an estimate of the Hessian's diagonal, clipped.
 *
 * <p>w = w (1 - lr * decay); m = 0.965 m + 0.035 g; w = w - lr * clip(m / (0.04 h + 1e-15), -1, 1). Before steps 1, 11, 21 ... h
 * = 0.99 h + 0.01 B g'^2, with g' the gradient of the mean loss over B images whose labels are sampled from the model's own
 * prediction (Gauss-Newton-Bartlett). {@link #curvature} takes g'; the training loop of this project calls it, DJL's
 * Trainer does not.
 *
 * <p>{@code sophia} is the published algorithm. In BOCB's released code nothing ever calls the estimate, so h stays 0 and
 * every step is lr * sign(m): {@code sophia_bocb}. State: two arrays of the weights' size.
 */
public final class Sophia extends BaseOptimizer {
    private static final double BETA1 = 0.965;
    private static final double BETA2 = 0.99;
    private static final double RHO = 0.04;
    private static final double EPS = 1e-15;
    private static final int EVERY = 10;

    private static final UpdateScript SCRIPT = UpdateScript.of("Sophia", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], hessian: List[Tensor],
                     lr: float, beta1: float, decay: float, rho: float, eps: float) -> None:
              for w, g, m, h in zip(weights, gradients, exp_avg, hessian):
                if decay != 0:
                  w.mul_(1 - lr * decay)
                m.lerp_(g, 1 - beta1)
                u = torch.mul(h, rho).add_(eps)
                w.add_(torch.div(m, u, out=u).clamp_(-1, 1), alpha=-lr)

            def estimate(self, gradients: List[Tensor], hessian: List[Tensor], beta2: float, images: int) -> None:
              for g, h in zip(gradients, hessian):
                h.mul_(beta2).addcmul_(g, g, value=(1 - beta2) * images)
            """);

    private final boolean bocb;

    /**
     * Builds the optimizer.
     *
     * @param bocb whether to go without the estimate, as BOCB's released code
     */
    public Sophia(double learningRate, double weightDecay, boolean bocb) {
        super(learningRate, weightDecay);
        this.bocb = bocb;
    }

    @Override
    protected int curvatureEvery() {
        return bocb ? 0 : EVERY;
    }

    @Override
    protected void estimate(List<NDArray> gradients, List<NDArray> hessian, int images) {
        SCRIPT.run("estimate", gradients, hessian, BETA2, images);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("hessian"),
                group.lr(),
                BETA1,
                group.decay(),
                RHO,
                EPS);
    }
}
