package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;

/**
 * Contrasts that are tested together against one threshold: p values corrected for their number, with intervals and verdicts
 * that say the same.
 */
final class TestedTogether {
    private static final double ALPHA = 0.05;

    /** How many have a p value. */
    final int tests;
    /** Corrected p values; NaN where a contrast has no error. */
    final double[] p;
    /** Lower ends of the corrected intervals of the estimates. */
    final double[] lo;
    /** Upper ends. */
    final double[] hi;

    private final List<Contrast> contrasts;
    private final double threshold;

    /** Tests contrasts that were chosen before the data were seen. */
    TestedTogether(List<Contrast> contrasts, double threshold, Correction correction) {
        this(contrasts, threshold, correction, 0);
    }

    /**
     * Tests contrasts.
     *
     * @param comparisons how many hypotheses these were picked from by looking at the data; 0 for no picking
     */
    TestedTogether(List<Contrast> contrasts, double threshold, Correction correction, int comparisons) {
        this.contrasts = contrasts;
        this.threshold = threshold;
        double[] plain = contrasts.stream().mapToDouble(c -> c.p(threshold)).toArray();
        tests = (int) Arrays.stream(plain).filter(Double::isFinite).count();
        Correction.Corrected corrected = correction.of(plain, comparisons > 0 ? comparisons : tests, ALPHA);
        p = corrected.adjusted;
        lo = new double[plain.length];
        hi = new double[plain.length];
        for (int i = 0; i < plain.length; i++) {
            Contrast c = contrasts.get(i);
            double half = c.half(corrected.level[i]);
            lo[i] = c.estimate() - half;
            hi[i] = c.estimate() + half;
        }
    }

    /** Returns the verdict on the claim that a contrast exceeds the threshold. */
    Verdict verdict(int i) {
        return Verdict.of(contrasts.get(i), threshold, lo[i], hi[i]);
    }
}
