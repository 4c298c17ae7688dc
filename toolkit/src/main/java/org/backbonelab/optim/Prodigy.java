package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Prodigy (Mishchenko and Defazio, arXiv 2306.06101): Adam that estimates its own learning rate.
 *
 * <p>d is a lower bound of the distance from the first weights w0 to a solution, in the units of the weights, one number for
 * all tensors, 1e-6 at first. With b = sqrt(0.999) and sums over all tensors: m = 0.9 m + 0.1 d g; v = 0.999 v + 0.001 d^2
 * g^2; r = b r + lr d^2 / 1e-6 sum(g (w0 - w)); s = b s + lr d^2 / 1e-6 g; d' = max(d, r / sum(|s|)); w = w - lr d decay w - lr
 * d m / (sqrt(v) + d' eps); d = d'; eps 1e-8. Without bias correction, as the authors' code by default.
 *
 * <p>The learning rate is a factor of d: 1, times what the schedule says. Of parameters with other rates the authors' code
 * knows only 0; here a parameter's own rate stands in its sums and its step. Where all gradients are zero nothing moves, not
 * by decay either. DJL's own Trainer hands over a tensor at a time, so each has a d of its own there.
 *
 * <p>The state has w0 - w as the sum of all steps, where the authors' code keeps w0: while d is near 1e-6, the difference of
 * weights in float32 is mostly rounding. State: four arrays of the weights' size, and two numbers.
 */
public final class Prodigy extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double BETA3 = Math.sqrt(BETA2);
    private static final double EPS = 1e-8;
    private static final double FIRST = 1e-6;

    private static final UpdateScript SCRIPT = UpdateScript.of("Prodigy", """
            # Moves the averages, and gives the sums of g (w0 - w) and of |s|.
            def sums(self, gradients: List[Tensor], way: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     sums: List[Tensor], d: float, share: float, beta1: float, beta2: float, beta3: float) -> Tensor:
              products: List[Tensor] = []
              sizes: List[Tensor] = []
              for g, moved, m, v, s in zip(gradients, way, exp_avg, exp_avg_sq, sums):
                products.append((g * moved).sum())
                m.mul_(beta1).add_(g, alpha=d * (1 - beta1))
                v.mul_(beta2).addcmul_(g, g, value=d * d * (1 - beta2))
                s.mul_(beta3).add_(g, alpha=share)
                sizes.append(s.abs().sum())
              return torch.stack([torch.stack(products), torch.stack(sizes)]).sum([1], dtype=7)

            def move(self, weights: List[Tensor], way: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     rate: float, decay: float, eps: float) -> None:
              for w, moved, m, v in zip(weights, way, exp_avg, exp_avg_sq):
                u = v.sqrt().add_(eps)
                torch.div(m, u, out=u)
                if decay != 0:
                  u.add_(w, alpha=decay)
                moved.add_(u, alpha=rate)
                w.add_(u, alpha=-rate)
            """);

    /** Builds the optimizer; the usual learning rate is 1. */
    public Prodigy(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected boolean ownsWeights() {
        return true;
    }

    @Override
    protected void rules(List<Group> groups) {
        List<Group> moving = groups.stream().filter(g -> g.lr() > 0).toList();
        double[] estimate = groups.get(0).numbers("estimate", 2);
        double d = estimate[0] == 0 ? FIRST : estimate[0];
        double numerator = BETA3 * estimate[1];
        double denominator = 0;
        for (Group group : moving) {
            double share = d / FIRST * d * group.lr();
            double[] sums = sums(group, d, share);
            numerator += share * sums[0];
            denominator += sums[1];
        }
        if (denominator == 0) {
            return;
        }
        // Not Math.max: as in the authors' code d stays what it was where the quotient is not a number.
        double next = numerator / denominator > d ? numerator / denominator : d;
        groups.get(0).keep("estimate", next, numerator);
        for (Group group : moving) {
            SCRIPT.run(
                    "move",
                    group.weights(),
                    group.state("way"),
                    group.state("exp_avg"),
                    group.state("exp_avg_sq"),
                    d * group.lr(),
                    group.decay(),
                    next * EPS);
        }
    }

    @Override
    protected void rule(Group group) {
        rules(List.of(group));
    }

    private static double[] sums(Group group, double d, double share) {
        try (NDArray sums = SCRIPT.array(
                group.weights().get(0).getManager(),
                "sums",
                group.gradients(),
                group.state("way"),
                group.state("exp_avg"),
                group.state("exp_avg_sq"),
                group.state("sum"),
                d,
                share,
                BETA1,
                BETA2,
                BETA3)) {
            return sums.toDoubleArray();
        }
    }
}
