package org.backbonelab.optim;

/**
 * AdaBelief (Zhuang et al., NeurIPS 2020, algorithm 2): steps are large where the gradient is what momentum expects.
 *
 * <p>w = w (1 - lr * decay); m = 0.9 m + 0.1 g; s = 0.999 s + 0.001 (g - m)^2 + eps at each step; then {@link RAdam}'s
 * rectified step with sqrt(s) + eps, from rho 5 on. Decoupled decay and rectification are the defaults of the authors'
 * package.
 *
 * <p>{@code adabelief} has the package's eps 1e-16; {@code adabelief_bocb} has 1e-8, as BOCB's released configuration.
 * State: two arrays of the weights' size.
 */
public final class AdaBelief extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double RHO_INF = 2 / (1 - BETA2) - 1;

    private static final UpdateScript SCRIPT = UpdateScript.of("AdaBelief", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_var: List[Tensor],
                     lr: float, rate: float, beta1: float, beta2: float, decay: float, eps: float, rectified: bool) -> None:
              for w, g, m, s in zip(weights, gradients, exp_avg, exp_avg_var):
                if decay != 0:
                  w.mul_(1 - lr * decay)
                m.lerp_(g, 1 - beta1)
                residual = g - m
                s.mul_(beta2).addcmul_(residual, residual, value=1 - beta2).add_(eps)
                if rectified:
                  w.addcdiv_(m, torch.sqrt(s, out=residual).add_(eps), value=-rate)
                else:
                  w.add_(m, alpha=-rate)
            """);

    private final double eps;

    /** Builds the optimizer. */
    public AdaBelief(double learningRate, double weightDecay, double eps) {
        super(learningRate, weightDecay);
        this.eps = eps;
    }

    @Override
    protected void rule(Group group) {
        double t = group.step();
        double power = Math.pow(BETA2, t);
        double rho = RHO_INF - 2 * t * power / (1 - power);
        boolean rectified = rho >= 5;
        double rate = group.lr() / (1 - Math.pow(BETA1, t));
        if (rectified) {
            rate *= Math.sqrt((1 - power) * (rho - 4) / (RHO_INF - 4) * (rho - 2) / rho * RHO_INF / (RHO_INF - 2));
        }
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_var"),
                group.lr(),
                rate,
                BETA1,
                BETA2,
                group.decay(),
                eps,
                rectified);
    }
}
