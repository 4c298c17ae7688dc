package org.backbonelab.optim;

/**
 * LION (Chen et al., arXiv 2302.06675, algorithm 2): the sign of an interpolated momentum, with decoupled weight decay.
 *
 * <p>w = w (1 - lr * decay); w = w - lr * sign(0.9 m + 0.1 g); then m = 0.99 m + 0.01 g. State: one array of the weights'
 * size.
 */
public final class Lion extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.99;

    private static final UpdateScript SCRIPT = UpdateScript.of("Lion", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], lr: float, beta1: float,
                     beta2: float, decay: float) -> None:
              for w, g, m in zip(weights, gradients, exp_avg):
                if decay != 0:
                  w.mul_(1 - lr * decay)
                w.add_(torch.lerp(m, g, 1 - beta1).sign_(), alpha=-lr)
                m.lerp_(g, 1 - beta2)
            """);

    /** Builds the optimizer. */
    public Lion(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.lr(),
                BETA1,
                BETA2,
                group.decay());
    }
}
