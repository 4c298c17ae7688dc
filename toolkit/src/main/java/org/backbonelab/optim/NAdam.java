package org.backbonelab.optim;

/**
 * NAdam (Dozat, ICLR workshop 2016) with coupled weight decay, as {@code torch.optim.NAdam}.
 *
 * <p>mu_t = 0.9 (1 - 0.5 * 0.96^(0.004 t)), P_t the product of mu_1 to mu_t; g = gradient + decay * w; w = w - lr * ((1 -
 * mu_t) / (1 - P_t) * g + mu_(t+1) / (1 - P_(t+1)) * m) / (sqrt(v^) + eps); betas 0.9 and 0.999, eps 1e-8. State: two
 * arrays of the weights' size.
 */
public final class NAdam extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;
    private static final double MOMENTUM_DECAY = 4e-3;

    private static final UpdateScript SCRIPT = UpdateScript.of("NAdam", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     t: int, of_gradient: float, of_momentum: float, beta1: float, beta2: float, decay: float,
                     eps: float) -> None:
              root = (1 - beta2 ** t) ** 0.5
              for w, g, m, v in zip(weights, gradients, exp_avg, exp_avg_sq):
                if decay != 0:
                  g = torch.add(g, w, alpha=decay)
                m.lerp_(g, 1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                # x / (sqrt(v / root^2) + eps) = x root / (sqrt(v) + eps root): one pass less.
                denominator = v.sqrt().add_(eps * root)
                w.addcdiv_(g, denominator, value=-of_gradient * root)
                w.addcdiv_(m, denominator, value=-of_momentum * root)
            """);

    private long multiplied;
    private double product = 1;

    /** Builds the optimizer. */
    public NAdam(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        long t = group.step();
        double product = product(t);
        double next = momentum(t + 1);
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_sq"),
                t,
                group.lr() * (1 - momentum(t)) / (1 - product),
                group.lr() * next / (1 - product * next),
                BETA1,
                BETA2,
                group.decay(),
                EPS);
    }

    /** Multiplies in one order, so that a restored optimizer finds the same bits. */
    private double product(long t) {
        if (t < multiplied) {
            multiplied = 0;
            product = 1;
        }
        while (multiplied < t) {
            multiplied++;
            product *= momentum(multiplied);
        }
        return product;
    }

    private static double momentum(long t) {
        return BETA1 * (1 - 0.5 * Math.pow(0.96, t * MOMENTUM_DECAY));
    }
}
