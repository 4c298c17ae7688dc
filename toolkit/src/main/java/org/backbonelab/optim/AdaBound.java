package org.backbonelab.optim;

/**
 * AdaBound (Luo et al., ICLR 2019, algorithm 2): Adam whose rates are clipped to bounds that close in on SGD's.
 *
 * <p>g = gradient + decay * w; s = lr * sqrt(1 - 0.999^t) / (1 - 0.9^t) / (sqrt(v) + eps), clipped to F (1 - 1 / (0.001 t +
 * 1)) ... F (1 + 1 / (0.001 t)); w = w - s m; F = 0.1 times the schedule's share of the learning rate; eps 1e-8.
 *
 * <p>Decay is coupled as in the authors' class {@code AdaBound} (the paper has none), which BOCB's released code copies; its
 * table A2 says decoupled. State: two arrays of the weights' size.
 */
public final class AdaBound extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;
    private static final double FINAL_LR = 0.1;
    private static final double GAMMA = 1e-3;

    private static final UpdateScript SCRIPT = UpdateScript.of("AdaBound", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float, lower: float,
                     upper: float) -> None:
              rate = lr * (1 - beta2 ** t) ** 0.5 / (1 - beta1 ** t)
              for w, g, m, v in zip(weights, gradients, exp_avg, exp_avg_sq):
                if decay != 0:
                  g = torch.add(g, w, alpha=decay)
                m.lerp_(g, 1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                s = v.sqrt().add_(eps).reciprocal_().mul_(rate).clamp_(lower, upper)
                w.addcmul_(s, m, value=-1)
            """);

    /** Builds the optimizer. */
    public AdaBound(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        double last = FINAL_LR * group.lrShare();
        double lower = last * (1 - 1 / (GAMMA * group.step() + 1));
        double upper = last * (1 + 1 / (GAMMA * group.step()));
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
                EPS,
                lower,
                upper);
    }
}
