package org.backbonelab.study;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.backbonelab.results.Goal;
import org.backbonelab.results.Row;

/**
 * The search for one number of a recipe: a grid that grows until the best value lies inside.
 *
 * <pre>{@code
 * Search.Found rho = Search.over("rho", 0.05, 0.1, 0.2).growing(4)
 *         .run(values -> study.track("SAM", recipe).vary("rho", values).run(progress("rho")));
 * }</pre>
 *
 * <p>Learning rates of many pairs at once are {@link Study#tuneLr}'s business; this is for whatever {@link Study#vary} varies.
 */
public final class Search {
    private final String field;
    private final double[] values;
    private final int most;
    private final Goal goal;

    private Search(String field, double[] values, int most, Goal goal) {
        this.field = field;
        this.values = values;
        this.most = most;
        this.goal = goal;
    }

    /**
     * Starts a search that goes by {@code val_top1} and does not grow.
     *
     * @param field as {@link Study#vary} names it
     * @param values to try first, positive; two or more where the grid grows
     */
    public static Search over(String field, double... values) {
        double[] sorted = Arrays.stream(values).sorted().distinct().toArray();
        if (sorted.length == 0 || !(sorted[0] > 0)) {
            throw new IllegalArgumentException(
                    "values of " + field + " are " + Arrays.toString(values) + ", expected positive numbers");
        }
        return new Search(Axis.varied(field).column(), sorted, 0, new Goal("val_top1"));
    }

    /** Returns this search with a grid that grows so often at most, by the factor between the two outermost values. */
    public Search growing(int times) {
        if (times < 0 || (times > 0 && values.length < 2)) {
            throw new IllegalArgumentException("a grid of " + values.length + " values of " + field + " is to grow "
                    + times + " times, expected 0 or more times, and two values or more for a factor");
        }
        return new Search(field, values, times, goal);
    }

    /** Returns this search by another column of the validation images, such as {@code val_loss}. */
    public Search by(String column) {
        return new Search(field, values, most, new Goal(column));
    }

    /**
     * What a search found.
     *
     * @param best value; of equals the smallest
     * @param inside whether values on both sides were tried, and the smaller neighbour did not diverge
     * @param results of all values
     */
    public record Found(double best, boolean inside, Results results) {}

    /**
     * Searches.
     *
     * @param trainings trains one cell for each of the values, or several, of which the mean counts
     */
    public Found run(Function<double[], Results> trainings) {
        Results all = trainings.apply(values.clone());
        for (int grown = 0; ; grown++) {
            NavigableMap<Double, Double> scores = scores(all);
            OptionalDouble next = beyond(scores);
            if (grown == most || next.isEmpty()) {
                return new Found(best(scores), scores.size() > 1 && next.isEmpty(), all);
            }
            all = all.and(trainings.apply(new double[] {next.getAsDouble()}));
        }
    }

    /** Returns the value of the highest score; of equals the smallest: where nothing has trained, smaller ones are the way out. */
    static double best(NavigableMap<Double, Double> scores) {
        return scores.entrySet().stream()
                .reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
                .orElseThrow()
                .getKey();
    }

    /**
     * Returns the value to try beyond the best one, a step as long as that between the two outermost values; none where the
     * best has neighbours on both sides, or is alone.
     *
     * @param scores by value; one that diverged has minus infinity, and is no neighbour below: the best above it is the luck
     *     of a value too high, and smaller ones are the way out
     */
    static OptionalDouble beyond(NavigableMap<Double, Double> scores) {
        Map.Entry<Double, Double> lower = scores.lowerEntry(best(scores));
        boolean below = lower != null && !Double.isInfinite(lower.getValue());
        if (scores.size() == 1 || (below && scores.higherKey(best(scores)) != null)) {
            return OptionalDouble.empty();
        }
        double edge = below ? scores.lastKey() : scores.firstKey();
        double inner = below ? scores.lowerKey(edge) : scores.higherKey(edge);
        return OptionalDouble.of(Variants.round(edge * edge / inner));
    }

    private NavigableMap<Double, Double> scores(Results results) {
        TreeMap<Double, Double> sums = new TreeMap<>();
        TreeMap<Double, Integer> counts = new TreeMap<>();
        for (Row row : results.rows()) {
            double value = ((Number) row.axes().get(field)).doubleValue();
            sums.merge(value, goal.score(row.metrics().getOrDefault(goal.column(), Double.NaN)), Double::sum);
            counts.merge(value, 1, Integer::sum);
        }
        sums.replaceAll((value, sum) -> sum / counts.get(value));
        return sums;
    }
}
