package org.backbonelab.optim;

/**
 * RMSProp (Hinton, Coursera lecture 6e, 2012) with coupled weight decay, as {@code torch.optim.RMSprop}.
 *
 * <p>g = gradient + decay * w; v = 0.99 v + 0.01 g^2; w = w - lr * g / (sqrt(v) + 1e-8); no momentum, not centred. State: one
 * array of the weights' size.
 */
public final class RmsProp extends BaseOptimizer {
    private static final double ALPHA = 0.99;
    private static final double EPS = 1e-8;

    private static final UpdateScript SCRIPT = UpdateScript.of("RmsProp", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], square_avg: List[Tensor], lr: float, alpha: float,
                     decay: float, eps: float) -> None:
              for w, g, v in zip(weights, gradients, square_avg):
                if decay != 0:
                  g = torch.add(g, w, alpha=decay)
                v.mul_(alpha).addcmul_(g, g, value=1 - alpha)
                w.addcdiv_(g, v.sqrt().add_(eps), value=-lr)
            """);

    /** Builds the optimizer. */
    public RmsProp(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("square_avg"),
                group.lr(),
                ALPHA,
                group.decay(),
                EPS);
    }
}
