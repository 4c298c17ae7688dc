package org.backbonelab.statistics;

import java.util.Locale;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * A difference of groups of trainings, or of differences, as seeds show it.
 *
 * @param estimate the weighted sum of the groups' means; of their logarithms for a ratio
 * @param error its standard error, NaN where seeds say nothing of it
 * @param freedom degrees of freedom of the error
 * @param seeds the fewest results that a group has; 0 where all seeds of a group diverged, and then the estimate is NaN
 * @param diverged how many seeds of all groups have no result
 * @param isRatio whether the estimate is the logarithm of a ratio
 */
public record Contrast(double estimate, double error, double freedom, int seeds, int diverged, boolean isRatio) {
    private static final double LEVEL = 0.95;

    /** Returns the difference, or the ratio itself. */
    public double value() {
        return unlogged(estimate);
    }

    /** Returns the lower end of the 95 % t interval of the value; NaN without an error. */
    public double lo() {
        return unlogged(estimate - half(1 - LEVEL));
    }

    /** Returns the upper end of the 95 % t interval of the value; NaN without an error. */
    public double hi() {
        return unlogged(estimate + half(1 - LEVEL));
    }

    /** Returns half the width of the estimate's t interval that misses the truth with probability alpha. */
    double half(double alpha) {
        return error > 0 ? error * new TDistribution(freedom).inverseCumulativeProbability(1 - alpha / 2) : error;
    }

    /** Returns the two-sided p value of the hypothesis that the true estimate is this one; NaN without an error. */
    double p(double hypothesis) {
        return error > 0
                ? 2 * new TDistribution(freedom).cumulativeProbability(-Math.abs(estimate - hypothesis) / error)
                : Double.NaN;
    }

    private double unlogged(double x) {
        return isRatio ? Math.exp(x) : x;
    }

    /** The value with its plain 95 % interval and what it rests on: {@code +1.97 ± 1.37 (3 seeds)}, {@code 6.03 [3.88, 9.37] (3 seeds)}. */
    @Override
    public String toString() {
        if (seeds == 0) {
            return "diverged";
        }
        double half = half(1 - LEVEL);
        String format = half < 0.1 ? "%.3f" : "%.2f";
        String number =
                isRatio ? significant(value()) : String.format(Locale.ROOT, format.replace("%", "%+"), estimate);
        String interval = Double.isNaN(half)
                ? ""
                : isRatio
                        ? " [" + significant(lo()) + ", " + significant(hi()) + "]"
                        : " ± " + String.format(Locale.ROOT, format, half);
        String basis = seeds == 1 ? "one seed" : seeds + " seeds";
        return number + interval + " (" + basis + (Double.isNaN(half) ? ": no interval" : "")
                + (diverged == 0 ? "" : ", " + diverged + " diverged") + ")";
    }

    private static String significant(double x) {
        int decimals = (int) Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))));
        return String.format(Locale.ROOT, "%." + Math.min(decimals, 6) + "f", x);
    }
}
