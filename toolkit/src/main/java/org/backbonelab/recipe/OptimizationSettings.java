package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

import java.util.List;
import org.backbonelab.optim.Lookahead;
import org.backbonelab.optim.Optimizers;

/**
 * How a gradient becomes an update.
 *
 * @param optimizer a name of {@link Optimizers}
 * @param lr learning rate after warm-up
 * @param weightDecay decay; exempt are scalars and vectors (biases, norms, GRN, LayerScale, gains), position embeddings,
 *     tables of relative position biases and tokens, unless the optimizer's entry decays all
 * @param layerDecay factor of the learning rate from a layer to the one before; 1 = all alike, see {@link
 *     org.backbonelab.optim.LayerDecay}
 * @param groups parameters that learn or decay differently, by name; the first that fits counts
 * @param lookahead slow weights behind the optimizer's
 * @param clipNorm largest global norm of the gradients, 0 = no clipping
 * @param agc lambda of adaptive gradient clipping, 0 = none
 * @param rho radius of SAM, 0 = the plain step
 * @param sharpness which member of the SAM family has this radius
 */
public record OptimizationSettings(
        String optimizer,
        double lr,
        double weightDecay,
        double layerDecay,
        List<ParameterGroup> groups,
        Lookahead.Settings lookahead,
        double clipNorm,
        double agc,
        double rho,
        Sharpness sharpness) {
    /** Checks every value. */
    public OptimizationSettings {
        Optimizers.get(optimizer);
        require(lr > 0 && Double.isFinite(lr), "learning rate", lr, "a positive number");
        require(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay, "0 or more");
        require(layerDecay > 0 && layerDecay <= 1, "layer decay", layerDecay, "above 0 and at most 1 (off)");
        require(groups != null, "parameter groups", groups, "a list, empty for none");
        groups = List.copyOf(groups);
        require(lookahead != null, "look-ahead", lookahead, "k and alpha, or NONE");
        require(clipNorm >= 0, "clip norm", clipNorm, "0 (off) or more");
        require(agc >= 0, "agc", agc, "0 (off) or more");
        require(rho >= 0 && Double.isFinite(rho), "rho", rho, "0 (plain step) or more");
        require(sharpness != null, "sharpness", sharpness, "one of the SAM family");
        boolean below = rho == 0 || sharpness.rhoMin() <= rho;
        require(below, "sharpness: rhoMin", sharpness.rhoMin(), "0 to rho, which is " + rho);
    }

    /** Returns how many forward and backward passes an update makes on average, without an estimate of curvature. */
    public double passes() {
        return rho > 0 ? sharpness.passes() : 1;
    }

    /** Tells whether updates are those of another member of SAM's family than SAM itself. */
    public boolean hasOtherSharpness() {
        return rho > 0 && !sharpness.equals(Sharpness.SAM);
    }

    OptimizationSettings withOptimizer(String name, double newLr, double newDecay) {
        return new OptimizationSettings(
                name, newLr, newDecay, layerDecay, groups, lookahead, clipNorm, agc, rho, sharpness);
    }

    OptimizationSettings withLayerDecay(double value) {
        return new OptimizationSettings(
                optimizer, lr, weightDecay, value, groups, lookahead, clipNorm, agc, rho, sharpness);
    }

    OptimizationSettings withGroups(List<ParameterGroup> value) {
        return new OptimizationSettings(
                optimizer, lr, weightDecay, layerDecay, value, lookahead, clipNorm, agc, rho, sharpness);
    }

    OptimizationSettings withLookahead(Lookahead.Settings value) {
        return new OptimizationSettings(
                optimizer, lr, weightDecay, layerDecay, groups, value, clipNorm, agc, rho, sharpness);
    }

    OptimizationSettings withClipping(double norm, double adaptive) {
        return new OptimizationSettings(
                optimizer, lr, weightDecay, layerDecay, groups, lookahead, norm, adaptive, rho, sharpness);
    }

    OptimizationSettings withSam(Sharpness kind, double radius) {
        return new OptimizationSettings(
                optimizer, lr, weightDecay, layerDecay, groups, lookahead, clipNorm, agc, radius, kind);
    }
}
