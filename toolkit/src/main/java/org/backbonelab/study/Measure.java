package org.backbonelab.study;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.backbonelab.train.objective.Objective;

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

    /** Tells whether it is taken after a phase with this objective. */
    boolean after(Objective objective);

    /** Measures; the network's parameters are as before afterwards. */
    Found measure(Trained trained);

    /** Returns a measure taken after phases that trained the classifier. */
    static Measure of(String name, Function<Trained, Found> taken) {
        return of(name, Objective::classifies, taken);
    }

    /** Returns a measure taken after phases of chosen kinds. */
    static Measure of(String name, Predicate<Objective> after, Function<Trained, Found> taken) {
        return new Measure() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean after(Objective objective) {
                return after.test(objective);
            }

            @Override
            public Found measure(Trained trained) {
                return taken.apply(trained);
            }
        };
    }
}
