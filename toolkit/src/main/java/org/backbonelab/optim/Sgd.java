package org.backbonelab.optim;

import org.backbonelab.tensor.Kernels;

/**
 * Stochastic gradient descent with momentum 0.9 and coupled weight decay, as {@code torch.optim.SGD}.
 *
 * <p>g = gradient + decay * w; m = 0.9 m + g; w = w - lr * m, or with Nesterov w = w - lr * (g + 0.9 m). The momentum
 * buffer does not hold the learning rate, so a schedule acts at once.
 */
public final class Sgd extends BaseOptimizer {
    private static final double MOMENTUM = 0.9;

    private final boolean nesterov;

    /** Builds the optimizer. */
    public Sgd(double learningRate, double weightDecay, boolean nesterov) {
        super(learningRate, weightDecay);
        this.nesterov = nesterov;
    }

    @Override
    protected void rule(Group group) {
        Kernels.inPlace(
                "sgd",
                group.weights(),
                group.gradients(),
                group.state("momentum_buffer"),
                group.lr(),
                MOMENTUM,
                group.decay(),
                nesterov);
    }
}
