package org.backbonelab.optim;

/**
 * Adam (Kingma and Ba, ICLR 2015, algorithm 1) with coupled weight decay, as {@code torch.optim.Adam}.
 *
 * <p>g = gradient + decay * w; w = w - lr * m^ / (sqrt(v^) + eps), with bias-corrected moments, betas 0.9 and 0.999, eps
 * 1e-8. State: two arrays of the weights' size.
 */
public final class Adam extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private static final UpdateScript SCRIPT = UpdateScript.of("Adam", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
              self.fused_adam(weights, gradients, exp_avg, exp_avg_sq, t, lr, beta1, beta2, decay, eps, True)
            """);

    /** Builds the optimizer. */
    public Adam(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_sq"),
                group.step(),
                group.lr(),
                BETA1,
                BETA2,
                group.decay(),
                EPS);
    }
}
