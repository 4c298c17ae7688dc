package org.backbonelab.measure;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.hipparchus.util.FastMath;

/**
 * A power law fitted to the upper tail of a spectrum, as WeightWatcher fits it: density ~ x^-alpha for x >= xMin.
 *
 * <p>For each candidate xMin among the values, alpha = 1 + n / sum ln(x_i / xMin) (Clauset, Shalizi and Newman, SIAM Review
 * 51, 2009, equation 3.1); kept is the one whose tail is nearest to its law by the Kolmogorov-Smirnov distance max |1 -
 * (x / xMin)^(1 - alpha) - i / n|, i from 0.
 *
 * @param alpha exponent; BOCB reads below 2 as over-fitted, above 6 as under-fitted
 * @param xMin where the tail begins
 * @param distance of Kolmogorov and Smirnov, 0 for a perfect fit
 * @param points in the tail, n
 */
public record TailExponent(double alpha, double xMin, double distance, int points) {
    /** Fewer values are too few to fit. */
    public static final int LEAST = 10;
    /** Below this share of the largest, an eigenvalue of a float32 matrix is rounding. */
    private static final double NOISE = 1e-10;

    /** Returns the standard error of alpha, (alpha - 1) / sqrt(n). */
    public double sigma() {
        return (alpha - 1) / Math.sqrt(points);
    }

    /**
     * Fits the tail of positive values in any order; those below 1e-10 of the largest count as zero and are left out.
     *
     * @throws IllegalArgumentException if fewer than {@link #LEAST} are left
     */
    public static TailExponent fit(double[] values) {
        double[] log = positive(values).sorted().map(FastMath::log).toArray();
        if (log.length < LEAST) {
            throw new IllegalArgumentException(
                    log.length + " positive values, expected " + LEAST + " or more to fit a tail");
        }
        TailExponent best = new TailExponent(Double.NaN, Double.NaN, 1, 0);
        double above = Arrays.stream(log).sum();
        for (int i = 0; i < log.length - 1; i++) {
            int n = log.length - i;
            double alpha = 1 + n / (above - n * log[i]);
            // Values that are all equal have no exponent.
            if (log[i] < log[log.length - 1]) {
                double distance = distance(log, i, alpha, best.distance);
                if (distance < best.distance) {
                    best = new TailExponent(alpha, FastMath.exp(log[i]), distance, n);
                }
            }
            above -= log[i];
        }
        return best;
    }

    /** Tells whether there are values enough to fit. */
    static boolean enough(double... values) {
        return positive(values).count() >= LEAST;
    }

    private static DoubleStream positive(double... values) {
        double floor = NOISE * Arrays.stream(values).max().orElse(0);
        return Arrays.stream(values).filter(v -> v > floor);
    }

    /** Returns the distance, or the first value found that is no better than the best so far. */
    private static double distance(double[] log, int start, double alpha, double best) {
        double n = log.length - start;
        double most = 0;
        for (int i = start; i < log.length && most < best; i++) {
            double law = 1 - FastMath.exp((1 - alpha) * (log[i] - log[start]));
            most = Math.max(most, Math.abs(law - (i - start) / n));
        }
        return most;
    }
}
