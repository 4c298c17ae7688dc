package org.backbonelab.optim;

/**
 * Adamax (Kingma and Ba, ICLR 2015, algorithm 2) with coupled weight decay, as {@code torch.optim.Adamax}.
 *
 * <p>g = gradient + decay * w; m as Adam's; u = max(0.999 u, |g| + eps); w = w - lr / (1 - 0.9^t) * m / u; eps 1e-8.
 * State: two arrays of the weights' size.
 */
public final class Adamax extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private static final UpdateScript SCRIPT = UpdateScript.of("Adamax", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_inf: List[Tensor],
                     t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
              rate = lr / (1 - beta1 ** t)
              for w, g, m, u in zip(weights, gradients, exp_avg, exp_inf):
                if decay != 0:
                  g = torch.add(g, w, alpha=decay)
                m.lerp_(g, 1 - beta1)
                torch.maximum(u.mul_(beta2), g.abs().add_(eps), out=u)
                w.addcdiv_(m, u, value=-rate)
            """);

    /** Builds the optimizer. */
    public Adamax(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_inf"),
                group.step(),
                group.lr(),
                BETA1,
                BETA2,
                group.decay(),
                EPS);
    }
}
