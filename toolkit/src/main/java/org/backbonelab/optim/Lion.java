package org.backbonelab.optim;

import org.backbonelab.tensor.Kernels;

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
    protected void rule(Group group) {
        Kernels.inPlace(
                "lion",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.lr(),
                BETA1,
                BETA2,
                group.decay());
    }
}
