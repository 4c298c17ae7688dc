package org.backbonelab.optim;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019), as {@code torch.optim.AdamW}.
 *
 * <p>w = w (1 - lr * decay); w = w - lr * m^ / (sqrt(v^) + eps), with bias-corrected moments and eps 1e-8. State: two
 * arrays of the weights' size.
 */
public final class AdamW extends BaseOptimizer {
    private static final double EPS = 1e-8;

    private static final UpdateScript SCRIPT = UpdateScript.of("AdamW", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
              self.fused_adam(weights, gradients, exp_avg, exp_avg_sq, t, lr, beta1, beta2, decay, eps, False)
            """);

    private final double beta1;
    private final double beta2;

    /** Builds the optimizer; the usual betas are 0.9 and 0.999. */
    public AdamW(double learningRate, double weightDecay, double beta1, double beta2) {
        super(learningRate, weightDecay);
        this.beta1 = beta1;
        this.beta2 = beta2;
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
                beta1,
                beta2,
                group.decay(),
                EPS);
    }
}
