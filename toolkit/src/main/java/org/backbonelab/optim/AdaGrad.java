package org.backbonelab.optim;

/**
 * AdaGrad (Duchi et al., JMLR 2011) with coupled weight decay, as {@code torch.optim.Adagrad}.
 *
 * <p>g = gradient + decay * w; s = s + g^2; w = w - lr * g / (sqrt(s) + 1e-10). State: one array of the weights' size.
 */
public final class AdaGrad extends BaseOptimizer {
    private static final double EPS = 1e-10;

    private static final UpdateScript SCRIPT = UpdateScript.of("AdaGrad", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], sums: List[Tensor], lr: float, decay: float,
                     eps: float) -> None:
              for w, g, s in zip(weights, gradients, sums):
                if decay != 0:
                  g = torch.add(g, w, alpha=decay)
                s.addcmul_(g, g)
                w.addcdiv_(g, s.sqrt().add_(eps), value=-lr)
            """);

    /** Builds the optimizer. */
    public AdaGrad(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run("step", group.weights(), group.gradients(), group.state("sum"), group.lr(), group.decay(), EPS);
    }
}
