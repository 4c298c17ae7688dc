package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;

/**
 * LION (Chen et al. 2023): the sign of an interpolated momentum, with decoupled weight decay.
 *
 * <p>w = w (1 - lr * decay); w = w - lr * sign(0.9 m + 0.1 g); then m = 0.99 m + 0.01 g.
 */
public final class Lion extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.99;

    /** Builds the optimizer. */
    public Lion(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Slot slot, NDArray weight, NDArray gradient, double lr, double decay) {
        NDArray m = slot.get("exp_avg");
        if (decay != 0) {
            weight.muli(1 - lr * decay);
        }
        weight.subi(m.mul(BETA1).addi(gradient.mul(1 - BETA1)).sign().muli(lr));
        m.muli(BETA2).addi(gradient.mul(1 - BETA2));
    }
}
