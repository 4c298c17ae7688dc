package org.backbonelab.optim;

import ai.djl.ndarray.types.Shape;

/**
 * NovoGrad (Ginsburg et al., arXiv 1905.11286, algorithm 1): one second moment per tensor, decay inside the momentum.
 *
 * <p>v = ||g||^2 at first, then 0.98 v + 0.02 ||g||^2; m = 0.95 m + g / (sqrt(v) + eps) + decay * w; w = w - lr * m; eps
 * 1e-8. State: one array of the weights' size and one number per tensor.
 */
public final class NovoGrad extends BaseOptimizer {
    private static final double BETA1 = 0.95;
    private static final double BETA2 = 0.98;
    private static final double EPS = 1e-8;

    private static final UpdateScript SCRIPT = UpdateScript.of("NovoGrad", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     lr: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
              for w, g, m, v in zip(weights, gradients, exp_avg, exp_avg_sq):
                square = g.norm().square_()
                v.copy_(torch.where(v == 0, square, v * beta2 + square * (1 - beta2)))
                m.mul_(beta1).add_(g / (v.sqrt() + eps))
                if decay != 0:
                  m.add_(w, alpha=decay)
                w.add_(m, alpha=-lr)
            """);

    /** Builds the optimizer. */
    public NovoGrad(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_sq", shape -> new Shape()),
                group.lr(),
                BETA1,
                BETA2,
                group.decay(),
                EPS);
    }
}
