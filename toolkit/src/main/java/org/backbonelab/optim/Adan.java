package org.backbonelab.optim;

/**
 * Adan (Xie et al., arXiv 2208.06677, algorithm 1): Nesterov momentum from differences of gradients.
 *
 * <p>D = g - previous g, 0 at first; m = 0.98 m + 0.02 g; d = 0.92 d + 0.08 D; n = 0.99 n + 0.01 (g + 0.92 D)^2; u = (m^ +
 * 0.92 d^) / (sqrt(n^) + eps); w = (w - lr * u) / (1 + lr * decay), a proximal step; eps 1e-8. No clipping inside: the
 * authors' configurations add one by global norm. State: four arrays of the weights' size.
 */
public final class Adan extends BaseOptimizer {
    private static final double BETA1 = 0.98;
    private static final double BETA2 = 0.92;
    private static final double BETA3 = 0.99;
    private static final double EPS = 1e-8;

    private static final UpdateScript SCRIPT = UpdateScript.of("Adan", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_diff: List[Tensor],
                     exp_avg_sq: List[Tensor], previous: List[Tensor], t: int, lr: float, beta1: float, beta2: float,
                     beta3: float, decay: float, eps: float) -> None:
              root = (1 - beta3 ** t) ** 0.5
              of_gradient = lr * root / (1 - beta1 ** t)
              of_difference = lr * root * beta2 / (1 - beta2 ** t)
              for w, g, m, d, n, p in zip(weights, gradients, exp_avg, exp_avg_diff, exp_avg_sq, previous):
                if t == 1:
                  p.copy_(g)
                difference = g - p
                p.copy_(g)
                m.lerp_(g, 1 - beta1)
                d.lerp_(difference, 1 - beta2)
                torch.add(g, difference, alpha=beta2, out=difference)
                n.mul_(beta3).addcmul_(difference, difference, value=1 - beta3)
                torch.sqrt(n, out=difference).add_(eps * root)
                w.addcdiv_(m, difference, value=-of_gradient)
                w.addcdiv_(d, difference, value=-of_difference)
                if decay != 0:
                  w.div_(1 + lr * decay)
            """);

    /** Builds the optimizer. */
    public Adan(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_diff"),
                group.state("exp_avg_sq"),
                group.state("previous"),
                group.step(),
                group.lr(),
                BETA1,
                BETA2,
                BETA3,
                group.decay(),
                EPS);
    }
}
