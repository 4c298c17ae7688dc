package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.StatUtils;

/**
 * How far the results of a backbone spread over its optimizers; see {@link Coupling#spread}.
 *
 * @param numbers in the order of {@link #NAMES}
 */
record Spread(double... numbers) {
    static final List<String> NAMES = List.of(
            "best",
            "mean",
            "std",
            "range",
            "mean_without_worst",
            "std_without_worst",
            "range_without_worst",
            "mean_trimmed",
            "std_trimmed");

    private static final int TRIMMED_FROM = 4;

    /** Computes the spread of finite results, one or more. */
    static Spread of(double... results) {
        double[] r = results.clone();
        Arrays.sort(r);
        double[] rest = r.length < 2 ? r : Arrays.copyOfRange(r, 1, r.length);
        double[] trimmed = r.length < TRIMMED_FROM ? new double[0] : Arrays.copyOfRange(r, 1, r.length - 2);
        double best = r[r.length - 1];
        return new Spread(
                best,
                StatUtils.mean(r),
                std(r),
                best - r[0],
                StatUtils.mean(rest),
                std(rest),
                best - rest[0],
                StatUtils.mean(trimmed),
                std(trimmed));
    }

    double rangeWithoutWorst() {
        return numbers[NAMES.indexOf("range_without_worst")];
    }

    private static double std(double[] values) {
        return Math.sqrt(StatUtils.populationVariance(values));
    }
}
