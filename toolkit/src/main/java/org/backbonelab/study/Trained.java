package org.backbonelab.study;

import org.backbonelab.data.Split;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.train.objective.Objective;

/**
 * A trained network, as a {@link Measure} sees it.
 *
 * @param model the network
 * @param split the images
 * @param recipe the phase that has just ended
 * @param objective what was learned, with whatever it brought along, such as a decoder
 * @param seed of the cell
 */
public record Trained(Backbone model, Split split, Recipe recipe, Objective objective, long seed) {}
