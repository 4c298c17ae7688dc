package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/** How the update is made: turns an objective into a gradient, and that into a change of the parameters. */
@FunctionalInterface
public interface Step {
    /**
     * Computes the gradient that the optimizer gets; afterwards the weights are what they were.
     *
     * @return the loss before the update, and the gradient; none where the update must be left out
     */
    Update.Backward gradient(Update update);

    /** Makes one update and returns what it was made of; one without a gradient has changed no weight. */
    default Update.Backward update(Update update) {
        return update.apply(gradient(update));
    }

    /** Returns what outlives an update, by name: the live arrays, not copies. */
    default Map<String, NDArray> state() {
        return Map.of();
    }

    /**
     * Puts back what {@link #state} gave.
     *
     * @param state arrays that this step takes over
     * @param weights what is trained
     * @throws IllegalArgumentException if it is the state of another step or network
     */
    default void restore(Map<String, NDArray> state, Weights weights) {
        if (!state.isEmpty()) {
            throw new IllegalArgumentException(
                    "state of a step is " + state.keySet() + ", expected none: it is another step's");
        }
    }

    /** The plain step: gradient, clipping, optimizer. */
    Step PLAIN = update -> update.backward(false);
}
