package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * LAMB (You et al., ICLR 2020, algorithm 2): Adam's direction, scaled per tensor by ||w|| / ||u||.
 *
 * <p>u = m^ / (sqrt(v^) + eps) + decay * w; w = w - lr * (||w|| / ||u||) * u, the ratio 1 where a norm is zero; betas 0.9 and
 * 0.999, eps 1e-6.
 *
 * <p>{@code lamb} is the published algorithm: no clipping, and a trust ratio for every tensor. {@code lamb_bocb} is what
 * BOCB's released code does: all gradients together are clipped to norm 1, and tensors without decay get no trust ratio.
 * State: two arrays of the weights' size.
 */
public final class Lamb extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-6;

    private static final UpdateScript SCRIPT = UpdateScript.of("Lamb", """
            def global_norm(self, gradients: List[Tensor]) -> Tensor:
              norms: List[Tensor] = []
              for g in gradients:
                norms.append(g.norm())
              return torch.stack(norms).norm()

            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float, clip: Optional[Tensor],
                     scaled: bool) -> None:
              correction1 = 1 - beta1 ** t
              root = (1 - beta2 ** t) ** 0.5
              for w, g, m, v in zip(weights, gradients, exp_avg, exp_avg_sq):
                if clip is not None:
                  g = g / clip
                m.lerp_(g, 1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                u = v.sqrt().add_(eps * root)
                torch.div(m, u, out=u).mul_(root / correction1)
                if decay != 0:
                  u.add_(w, alpha=decay)
                if scaled:
                  size = w.norm()
                  length = u.norm()
                  usable = torch.logical_and(size > 0, length > 0)
                  u.mul_(torch.where(usable, size / length, torch.ones_like(size)))
                w.add_(u, alpha=-lr)

            def clip(self, gradients: List[Tensor], most: float) -> Tensor:
              return (self.global_norm(gradients) / most).clamp_(min=1)
            """);

    private final boolean bocb;
    private NDArray clip;

    /**
     * Builds the optimizer.
     *
     * @param bocb whether to do as BOCB's released code
     */
    public Lamb(double learningRate, double weightDecay, boolean bocb) {
        super(learningRate, weightDecay);
        this.bocb = bocb;
    }

    @Override
    protected void prepare(List<NDArray> gradients) {
        if (bocb) {
            clip = SCRIPT.array(gradients.get(0).getManager(), "clip", gradients, 1.0);
        }
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
                EPS,
                clip,
                !bocb || group.decay() > 0);
    }
}
