package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019), as {@code torch.optim.AdamW}.
 *
 * <p>w = w (1 - lr * decay); w = w - lr * m^ / (sqrt(v^) + eps), with bias-corrected moments and eps 1e-8.
 */
public final class AdamW extends BaseOptimizer {
    private static final double EPS = 1e-8;

    private final double beta1;
    private final double beta2;

    /** Builds the optimizer; the usual betas are 0.9 and 0.999. */
    public AdamW(double learningRate, double weightDecay, double beta1, double beta2) {
        super(learningRate, weightDecay);
        this.beta1 = beta1;
        this.beta2 = beta2;
    }

    @Override
    protected void rule(Slot slot, NDArray weight, NDArray gradient, double lr, double decay) {
        NDArray m = slot.get("exp_avg");
        NDArray v = slot.get("exp_avg_sq");
        m.muli(beta1).addi(gradient.mul(1 - beta1));
        v.muli(beta2).addi(gradient.square().muli(1 - beta2));
        if (decay != 0) {
            weight.muli(1 - lr * decay);
        }
        double correction1 = 1 - Math.pow(beta1, slot.step());
        double correction2 = 1 - Math.pow(beta2, slot.step());
        NDArray denominator = v.sqrt().divi(Math.sqrt(correction2)).addi(EPS);
        weight.subi(m.div(denominator).muli(lr / correction1));
    }
}
