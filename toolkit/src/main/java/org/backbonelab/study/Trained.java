package org.backbonelab.study;

import org.backbonelab.data.Split;
import org.backbonelab.model.Backbone;
import org.backbonelab.train.Masked;
import org.backbonelab.train.Recipe;

/**
 * A trained network, as a {@link Measure} sees it.
 *
 * @param model the network
 * @param split the images
 * @param recipe the phase that has just ended
 * @param masked the pre-training objective, null after a supervised phase
 * @param seed of the cell
 */
public record Trained(Backbone model, Split split, Recipe recipe, Masked masked, long seed) {}
