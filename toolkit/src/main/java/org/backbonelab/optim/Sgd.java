package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;

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
    protected void rule(Slot slot, NDArray weight, NDArray gradient, double lr, double decay) {
        NDArray g = decay == 0 ? gradient : gradient.add(weight.mul(decay));
        NDArray m = slot.get("momentum");
        m.muli(MOMENTUM).addi(g);
        weight.subi((nesterov ? m.mul(MOMENTUM).add(g) : m).mul(lr));
    }
}
