package org.backbonelab.train.objective;

import org.backbonelab.data.Dataset;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.ObjectiveSettings;
import org.backbonelab.tensor.Seeds;

/**
 * What an objective is made from.
 *
 * @param model the network to train, initialised
 * @param settings the objective's numbers
 * @param images what it is trained on, or null where that is not known
 * @param seed of the training
 * @param phase number of the phase in the training, from 0
 */
public record ObjectiveContext(Backbone model, ObjectiveSettings settings, Dataset images, long seed, int phase) {
    /** Returns one of the objective's numbers. */
    public double setting(String name) {
        return settings.settings().get(name);
    }

    /** Returns the seed of something that the objective brings along, such as the initial values of a decoder. */
    public long seed(String purpose) {
        return Seeds.derive(seed, purpose, phase);
    }
}
