package org.backbonelab.study;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.backbonelab.train.objective.Objective;

/**
 * Something measured on a trained network; what it finds is a record of its own, joined to the row.
 *
 * <p>It is no part of a training's identity: a new measure on a finished study trains nothing where weights are kept.
 */
public interface Measure {
    /**
     * What a measure found.
     *
     * @param metrics scalars by column name
     * @param series lists by name
     */
    record Found(Map<String, Double> metrics, Map<String, List<Double>> series) {}

    /** Returns the name. */
    String name();

    /** Returns the number of its definition: a change that changes what it finds raises it, and older numbers are not used. */
    default int version() {
        return 1;
    }

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
        return new Taken(name, 1, after, taken);
    }

    /** Returns this measure with another number of its definition. */
    default Measure withVersion(int number) {
        return new Taken(name(), number, this::after, this::measure);
    }

    /** A measure made of functions. */
    record Taken(String name, int version, Predicate<Objective> fits, Function<Trained, Found> function)
            implements Measure {
        @Override
        public boolean after(Objective objective) {
            return fits.test(objective);
        }

        @Override
        public Found measure(Trained trained) {
            return function.apply(trained);
        }
    }
}
