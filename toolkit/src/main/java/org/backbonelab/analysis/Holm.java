package org.backbonelab.analysis;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Holm's correction for many comparisons (Scandinavian Journal of Statistics 6, 1979).
 *
 * <p>The chance of a single wrong rejection among all is at most the level, whatever depends on what. It is chosen over
 * Benjamini and Hochberg's, which allows a share of wrong ones, because each rejection is read as a claim about one pair.
 *
 * @param adjusted p values to be compared with the level itself; NaN stays NaN
 * @param level of the test that each p value meets in Holm's sequence: an interval with confidence 1 - level says just
 *     what the sequence decides
 */
record Holm(List<Double> adjusted, List<Double> level) {
    /**
     * Corrects p values.
     *
     * @param p NaN for what cannot be tested
     * @param comparisons how many hypotheses there are; more than p values if these were picked by looking at the data
     * @param alpha level of all together
     */
    static Holm of(double[] p, int comparisons, double alpha) {
        Double[] adjusted = new Double[p.length];
        Double[] level = new Double[p.length];
        Arrays.fill(adjusted, Double.NaN);
        Arrays.fill(level, alpha / Math.max(1, comparisons));
        List<Integer> order = IntStream.range(0, p.length)
                .boxed()
                .filter(i -> Double.isFinite(p[i]))
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .toList();
        int left = comparisons;
        int standing = comparisons;
        double highest = 0;
        for (int i : order) {
            highest = Math.max(highest, Math.min(1, left * p[i]));
            left--;
            adjusted[i] = highest;
            level[i] = alpha / standing;
            // Behind the first hypothesis that stands all stand, and their intervals must not say otherwise.
            standing -= highest <= alpha ? 1 : 0;
        }
        return new Holm(List.of(adjusted), List.of(level));
    }
}
