package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.backbonelab.train.objective.Weights;

/** How a gradient is made of passes through the network: the plain one, or one of the SAM family. */
@FunctionalInterface
public interface Step {
    /** The plain step: the gradient where the weights are. */
    Step PLAIN = Backprop::first;

    /**
     * Computes the gradient that the optimizer gets; afterwards the weights are what they were.
     *
     * @return the loss before the update, and the gradient; none where the update must be left out
     */
    Gradient gradient(Backprop passes);

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
}
