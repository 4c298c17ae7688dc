package org.backbonelab.optim;

/**
 * AdamP (Heo et al., ICLR 2021, algorithm 2): Adam without the part that only makes scale-invariant weights grow.
 *
 * <p>p = m^ / (sqrt(v^) + eps). Where the cosine of gradient and weights is below 0.1 / sqrt(n) for every channel, or else
 * for the whole tensor, the part of p along the weights is removed and decay shrinks to a tenth. w = w (1 - lr * decay * r);
 * w = w - lr * p; betas 0.9 and 0.999, eps 1e-8. Tensors of rank 0 and 1 are never projected. The projection costs five
 * passes more over the weights than Adam. State: two arrays of the weights' size.
 */
public final class AdamP extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;
    private static final double DELTA = 0.1;
    private static final double DECAY_RATIO = 0.1;

    /** For {@link Sgdp} as well: what both do to a direction. */
    static final String PROJECT = """

            # Removes the radial part of a direction where the gradient is nearly orthogonal to the weights, channel by channel or
            # over the whole tensor; returns the factor of the weight decay.
            def project(self, w: Tensor, g: Tensor, direction: Tensor, delta: float, ratio: float, eps: float) -> float:
              for first in [1, 0]:
                axes = list(range(first, w.dim()))
                size = w.norm(2, axes, True)
                cosine = (w * g).sum(axes, True).abs_() / (size.clamp(min=eps) * g.norm(2, axes, True).clamp_(min=eps))
                length = w.numel() if first == 0 else w.numel() // w.size(0)
                if bool(cosine.max() < delta / length ** 0.5):
                  unit = w / (size + eps)
                  direction.sub_(unit * (unit * direction).sum(axes, True))
                  return ratio
              return 1.
            """;

    private static final UpdateScript SCRIPT = UpdateScript.of("AdamP", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float, delta: float,
                     ratio: float) -> None:
              root = (1 - beta2 ** t) ** 0.5
              rate = lr / (1 - beta1 ** t)
              for w, g, m, v in zip(weights, gradients, exp_avg, exp_avg_sq):
                m.lerp_(g, 1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                p = v.sqrt().add_(eps * root)
                torch.div(m, p, out=p)
                kept = 1.
                if w.dim() > 1:
                  kept = self.project(w, g, p, delta, ratio, eps)
                if decay != 0:
                  w.mul_(1 - lr * decay * kept)
                w.add_(p, alpha=-rate * root)
            """ + PROJECT);

    /** Builds the optimizer. */
    public AdamP(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
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
                DELTA,
                DECAY_RATIO);
    }
}
