package org.backbonelab.results;

import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.Table;

/** Confidence intervals of means. */
public final class Intervals {
    private Intervals() {}

    /**
     * Returns half the width of Student's t interval of a mean.
     *
     * @return NaN for fewer than two values
     */
    public static double tHalfWidth(double[] values, double level) {
        int n = values.length;
        if (n < 2) {
            return Double.NaN;
        }
        double quantile = new TDistribution(n - 1).inverseCumulativeProbability((1 + level) / 2);
        return quantile * Math.sqrt(StatUtils.variance(values) / n);
    }

    /**
     * The mean difference of paired values.
     *
     * @param mean of a - b
     * @param half half the width of its 95 % t interval, NaN for one pair
     * @param pairs how many
     */
    public record Difference(double mean, double half, int pairs) {}

    /**
     * Compares a column of two tables, pair by pair in their order; pairs with NaN on a side are left out.
     *
     * @throws IllegalArgumentException if the tables differ in length or no pair is left
     */
    public static Difference paired(Table a, Table b, String column) {
        if (a.rowCount() != b.rowCount()) {
            throw new IllegalArgumentException(
                    "cannot pair " + a.rowCount() + " rows with " + b.rowCount() + "; expected the same seeds");
        }
        double[] differences = IntStream.range(0, a.rowCount())
                .mapToDouble(i -> a.doubleColumn(column).getDouble(i)
                        - b.doubleColumn(column).getDouble(i))
                .filter(Double::isFinite)
                .toArray();
        if (differences.length == 0) {
            throw new IllegalArgumentException("no pair of finite " + column + " to compare");
        }
        return new Difference(StatUtils.mean(differences), tHalfWidth(differences, 0.95), differences.length);
    }
}
