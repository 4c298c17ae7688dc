package org.backbonelab.study;

import java.util.List;
import java.util.Map;
import org.backbonelab.train.Recipe;

/** Something measured on a trained network; its results become part of the row. */
public interface Measure {
    /**
     * What a measure found.
     *
     * @param metrics scalars by column name
     * @param series lists by name
     */
    record Found(Map<String, Double> metrics, Map<String, List<Double>> series) {}

    /** Returns the name, part of the cell's identity. */
    String name();

    /** Tells whether it is taken after a phase of this kind. */
    default boolean after(Recipe.Kind kind) {
        return kind == Recipe.Kind.SUPERVISED;
    }

    /** Measures; the network's parameters are as before afterwards. */
    Found measure(Trained trained);
}
