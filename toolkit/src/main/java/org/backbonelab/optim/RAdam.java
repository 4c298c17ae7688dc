package org.backbonelab.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * RAdam (Liu et al., ICLR 2020, algorithm 2): Adam whose step is rectified while second moments are uncertain.
 *
 * <p>rho_inf = 2 / (1 - 0.999) - 1; rho_t = rho_inf - 2 t 0.999^t / (1 - 0.999^t). Above 5: w = w - lr * r * m^ * sqrt(1 -
 * 0.999^t) / (sqrt(v) + eps), r^2 = (rho_t - 4) (rho_t - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho_t); else w = w - lr *
 * m^. Betas 0.9 and 0.999, eps 1e-8. Arithmetic as {@code torch.optim.RAdam}'s.
 *
 * <p>{@code radam} decouples weight decay as the authors' code does (torch: {@code decoupled_weight_decay=True});
 * {@code radam_bocb} couples it as torch does by default, which BOCB's released code uses, though its table A2 says
 * decoupled. State: two arrays of the weights' size.
 */
public final class RAdam extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;
    private static final double RHO_INF = 2 / (1 - BETA2) - 1;

    private static final UpdateScript SCRIPT = UpdateScript.of("RAdam", """
            def unrectified(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor],
                            exp_avg_sq: List[Tensor], t: int, lr: float, beta1: float, beta2: float, decay: float,
                            coupled: bool) -> None:
              for w, g, m, v in zip(weights, gradients, exp_avg, exp_avg_sq):
                if decay != 0:
                  if coupled:
                    g = torch.add(g, w, alpha=decay)
                  else:
                    w.mul_(1 - lr * decay)
                m.lerp_(g, 1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                w.add_(m, alpha=-lr / (1 - beta1 ** t))

            # Adam with the rectified rate. Adam's eps stands beside sqrt(v^), RAdam's beside sqrt(v).
            def rectified(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor],
                          exp_avg_sq: List[Tensor], t: int, lr: float, beta1: float, beta2: float, decay: float,
                          coupled: bool, eps: float, factor: float) -> None:
              shifted = eps / (1 - beta2 ** t) ** 0.5
              # AdamW's decay goes with the rate that it is given.
              share = decay if coupled else decay / factor
              self.fused_adam(weights, gradients, exp_avg, exp_avg_sq, t, lr * factor, beta1, beta2, share, shifted, coupled)
            """);

    private final boolean coupled;

    /**
     * Builds the optimizer.
     *
     * @param coupled whether weight decay is added to the gradient
     */
    public RAdam(double learningRate, double weightDecay, boolean coupled) {
        super(learningRate, weightDecay);
        this.coupled = coupled;
    }

    @Override
    protected void rule(Group group) {
        double t = group.step();
        double power = Math.pow(BETA2, t);
        double rho = RHO_INF - 2 * t * power / (1 - power);
        List<Object> arguments = new ArrayList<>(List.of(
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_sq"),
                group.step(),
                group.lr(),
                BETA1,
                BETA2,
                group.decay(),
                coupled));
        if (rho > 5) {
            arguments.add(EPS);
            arguments.add(Math.sqrt((rho - 4) * (rho - 2) * RHO_INF / ((RHO_INF - 4) * (RHO_INF - 2) * rho)));
        }
        SCRIPT.run(rho > 5 ? "rectified" : "unrectified", arguments.toArray());
    }
}
