package org.backbonelab.optim;

/**
 * Stochastic gradient descent with momentum 0.9 and coupled weight decay, as {@code torch.optim.SGD}.
 *
 * <p>g = gradient + decay * w; m = 0.9 m + g; w = w - lr * m, or with Nesterov w = w - lr * (g + 0.9 m). The momentum
 * buffer does not hold the learning rate, so a schedule acts at once. State: one array of the weights' size.
 */
public final class Sgd extends BaseOptimizer {
    private static final double MOMENTUM = 0.9;

    private static final UpdateScript SCRIPT = UpdateScript.of("Sgd", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], momentum_buffer: List[Tensor], lr: float,
                     momentum: float, decay: float, nesterov: bool) -> None:
              torch._fused_sgd_(weights, self.aligned(weights, gradients), momentum_buffer, weight_decay=decay,
                                momentum=momentum, lr=lr, dampening=0., nesterov=nesterov, maximize=False, is_first_step=False)
            """);

    private final boolean nesterov;

    /** Builds the optimizer. */
    public Sgd(double learningRate, double weightDecay, boolean nesterov) {
        super(learningRate, weightDecay);
        this.nesterov = nesterov;
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("momentum_buffer"),
                group.lr(),
                MOMENTUM,
                group.decay(),
                nesterov);
    }
}
