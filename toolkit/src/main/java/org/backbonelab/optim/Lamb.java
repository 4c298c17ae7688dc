package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;

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
    protected void rule(Slot slot, NDArray weight, NDArray gradient, double lr, double decay) {
        NDArray m = slot.get("exp_avg");
        NDArray v = slot.get("exp_avg_sq");
        m.muli(BETA1).addi(gradient.mul(1 - BETA1));
        v.muli(BETA2).addi(gradient.square().muli(1 - BETA2));
        double correction1 = 1 - Math.pow(BETA1, slot.step());
        double correction2 = 1 - Math.pow(BETA2, slot.step());
        NDArray u = m.div(v.sqrt().divi(Math.sqrt(correction2)).addi(EPS)).divi(correction1);
        if (decay != 0) {
            u.addi(weight.mul(decay));
        }
        double weightNorm = weight.square().sum().getFloat();
        double updateNorm = u.square().sum().getFloat();
        double ratio = weightNorm > 0 && updateNorm > 0 ? Math.sqrt(weightNorm / updateNorm) : 1;
        weight.subi(u.muli(lr * ratio));
    }
}
