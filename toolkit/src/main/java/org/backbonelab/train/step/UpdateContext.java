package org.backbonelab.train.step;

import ai.djl.ndarray.NDManager;
import org.backbonelab.recipe.NetworkSettings;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;

/**
 * What one update knows.
 *
 * @param manager owns the inputs and gradients of this update
 * @param objective gives the loss
 * @param weights what the objective trains
 * @param step number of this update in its run, from 0
 * @param learningRate of this update
 * @param network how to compute
 * @param nonFinite what to do where a number is not finite
 * @param times gets the time of each part
 */
public record UpdateContext(
        NDManager manager,
        Objective objective,
        Weights weights,
        long step,
        double learningRate,
        NetworkSettings network,
        NonFinite nonFinite,
        TimeTable times) {
    /** Returns the context of an update of a recipe. */
    public static UpdateContext of(
            NDManager manager,
            Objective objective,
            Weights weights,
            long step,
            double learningRate,
            Recipe recipe,
            TimeTable times) {
        NonFinite policy = recipe.evaluation().nonFinite();
        return new UpdateContext(manager, objective, weights, step, learningRate, recipe.network(), policy, times);
    }
}
