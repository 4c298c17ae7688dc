package org.backbonelab.results;

import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;

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
}
