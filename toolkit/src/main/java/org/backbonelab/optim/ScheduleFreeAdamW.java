package org.backbonelab.optim;

import java.util.List;

/**
 * Schedule-free AdamW (Defazio et al., arXiv 2405.15682, algorithm 1): an average of the path in place of a schedule.
 *
 * <p>The network trains at y and is evaluated at x; z makes Adam's steps without momentum, all three start equal. With g at y:
 * v = 0.999 v + 0.001 g^2; u = g / (sqrt(v^) + eps) + decay * y; c = l^2 / sum of l^2 over all steps, l the highest learning
 * rate so far; y = (1 - c) y + c z - lr (1 - 0.9 (1 - c)) u; z = z - lr u; so that x = (1 - c) x + c z and y = 0.9 x + 0.1 z
 * hold, x without an array of its own; eps 1e-8. As the authors' code, whose momentum inside is off by default.
 *
 * <p>No schedule is needed, but a warm-up is advised, and it is the recipe's; a recipe's falling schedule acts too, unless it
 * is taken away. Rates 1 to 10 times AdamW's are the authors' advice. The training loop evaluates, keeps and ends at x, with
 * running statistics of batch norms that are computed anew there; checkpoints hold y. DJL's own Trainer trains at y: call
 * {@link #toEvaluation} on the finished weights, and mind batch norms, whose statistics are those at y. State: two arrays of
 * the weights' size, and two numbers.
 */
public final class ScheduleFreeAdamW extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private static final UpdateScript SCRIPT = UpdateScript.of("ScheduleFreeAdamW", """
            def begin(self, weights: List[Tensor], base: List[Tensor]) -> None:
              for w, z in zip(weights, base):
                z.copy_(w)

            def step(self, weights: List[Tensor], gradients: List[Tensor], base: List[Tensor], exp_avg_sq: List[Tensor],
                     t: int, lr: float, share: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
              correction = 1 - beta2 ** t
              for w, g, z, v in zip(weights, gradients, base, exp_avg_sq):
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                u = torch.div(v, correction).sqrt_().add_(eps)
                torch.div(g, u, out=u)
                if decay != 0:
                  u.add_(w, alpha=decay)
                w.lerp_(z, share).add_(u, alpha=lr * (beta1 * (1 - share) - 1))
                z.sub_(u, alpha=lr)

            # From y = beta1 x + (1 - beta1) z.
            def evaluate(self, weights: List[Tensor], base: List[Tensor], beta1: float) -> None:
              for w, z in zip(weights, base):
                w.lerp_(z, 1 - 1 / beta1)
            """);

    /** Builds the optimizer. */
    public ScheduleFreeAdamW(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected boolean ownsWeights() {
        return true;
    }

    @Override
    public boolean evaluatesElsewhere() {
        return true;
    }

    @Override
    protected void evaluation(Group group) {
        SCRIPT.run("evaluate", group.weights(), group.state("base"), BETA1);
    }

    @Override
    protected void rules(List<Group> groups) {
        // Rates as shares of the first: a factor of all of them is none of the average's.
        Group first = groups.get(0);
        double[] before = first.numbers("highest_and_sum", 2);
        double highest = Math.max(before[0], first.lrShare());
        double sum = before[1] + highest * highest;
        first.keep("highest_and_sum", highest, sum);
        double share = sum == 0 ? 0 : highest * highest / sum;
        groups.forEach(group -> step(group, share));
    }

    private static void step(Group group, double share) {
        if (group.step() == 1) {
            SCRIPT.run("begin", group.weights(), group.state("base"));
        }
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("base"),
                group.state("exp_avg_sq"),
                group.step(),
                group.lr(),
                share,
                BETA1,
                BETA2,
                group.decay(),
                EPS);
    }

    @Override
    protected void rule(Group group) {
        rules(List.of(group));
    }
}
