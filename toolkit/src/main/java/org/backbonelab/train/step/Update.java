package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.Role;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Clipping;
import org.backbonelab.recipe.OptimizationSettings;
import org.backbonelab.train.objective.Weights;
import org.backbonelab.train.step.TimeTable.Part;

/**
 * The use of a gradient: clipped as the recipe says, then the optimizer's, with an estimate of the curvature where it wants
 * one.
 *
 * @param optimizer changes the parameters
 * @param settings say how to clip
 */
public record Update(BaseOptimizer optimizer, OptimizationSettings settings) {
    /**
     * Changes the weights.
     *
     * @param passes of this update, for the curvature
     * @param found what the step made of them
     * @return what was used; without gradients where nothing was changed
     */
    public Gradient apply(Backprop passes, Gradient found, TimeTable times) {
        if (!found.isUsable()) {
            return found;
        }
        boolean finite = found.isFinite();
        Weights weights = passes.weights();
        if (optimizer.wantsCurvature()) {
            Gradient curvature = passes.ofSampledLabels();
            if (!curvature.isUsable()) {
                return found.leftOut();
            }
            finite &= curvature.isFinite();
            times.run(
                    Part.BACKWARD,
                    () -> optimizer.curvature(weights.names(), weights.arrays(), curvature.arrays(), passes.images()));
            curvature.release();
        }
        times.run(Part.UPDATE, () -> clipAndStep(passes, found.arrays()));
        return new Gradient(found.loss(), found.arrays(), finite);
    }

    private void clipAndStep(Backprop passes, List<NDArray> gradients) {
        Weights weights = passes.weights();
        if (settings.agc() > 0) {
            adaptiveClip(weights, gradients);
        }
        if (settings.clipNorm() > 0) {
            Clipping.byGlobalNorm(passes.manager(), gradients, settings.clipNorm());
        }
        optimizer.step(weights.names(), weights.arrays(), gradients);
    }

    private void adaptiveClip(Weights weights, List<NDArray> gradients) {
        List<NDArray> clippedWeights = new ArrayList<>();
        List<NDArray> clipped = new ArrayList<>();
        for (int i = 0; i < gradients.size(); i++) {
            // NFNets exempt the classifier's weight, and only it.
            if (weights.role(i) != Role.CLASSIFIER) {
                clippedWeights.add(weights.arrays().get(i));
                clipped.add(gradients.get(i));
            }
        }
        Clipping.adaptive(clippedWeights, clipped, settings.agc());
    }
}
