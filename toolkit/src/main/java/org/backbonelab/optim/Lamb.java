package org.backbonelab.optim;

import org.backbonelab.tensor.Kernels;

/**
 * LAMB (You et al., ICLR 2020): Adam's direction, scaled per layer by ||w|| / ||u||.
 *
 * <p>u = m^ / (sqrt(v^) + eps) + decay * w; w = w - lr * (||w|| / ||u||) * u, the ratio 1 where a norm is zero; betas
 * 0.9 and 0.999, eps 1e-6. This is the published algorithm: no global clipping, and a trust ratio for every tensor.
 * BOCB's released code clips the global norm to 1 and leaves tensors without decay unscaled.
 */
public final class Lamb extends BaseOptimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-6;

    /** Builds the optimizer. */
    public Lamb(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        Kernels.inPlace(
                "lamb",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_sq"),
                group.step(),
                group.lr(),
                BETA1,
                BETA2,
                group.decay(),
                EPS);
    }
}
