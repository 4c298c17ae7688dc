package org.backbonelab.optim;

/**
 * AdaDelta (Zeiler, arXiv 1212.5701, algorithm 1) with coupled weight decay, as {@code torch.optim.Adadelta}.
 *
 * <p>g = gradient + decay * w; v = 0.9 v + 0.1 g^2; D = sqrt(u + eps) / sqrt(v + eps) * g; u = 0.9 u + 0.1 D^2; w = w - lr *
 * D; eps 1e-6. State: two arrays of the weights' size.
 */
public final class AdaDelta extends BaseOptimizer {
    private static final double RHO = 0.9;
    private static final double EPS = 1e-6;

    private static final UpdateScript SCRIPT = UpdateScript.of("AdaDelta", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], square_avg: List[Tensor], acc_delta: List[Tensor],
                     lr: float, rho: float, decay: float, eps: float) -> None:
              for w, g, v, u in zip(weights, gradients, square_avg, acc_delta):
                if decay != 0:
                  g = torch.add(g, w, alpha=decay)
                v.mul_(rho).addcmul_(g, g, value=1 - rho)
                delta = u.add(eps).div_(v.add(eps)).sqrt_().mul_(g)
                u.mul_(rho).addcmul_(delta, delta, value=1 - rho)
                w.add_(delta, alpha=-lr)
            """);

    /** Builds the optimizer. */
    public AdaDelta(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("square_avg"),
                group.state("acc_delta"),
                group.lr(),
                RHO,
                group.decay(),
                EPS);
    }
}
