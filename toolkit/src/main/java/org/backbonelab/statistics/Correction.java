package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What keeps many tests from calling too much by chance. */
public enum Correction {
    /**
     * At most 5 % of tables have any wrong call, whatever depends on what (Holm, Scandinavian Journal of Statistics 6,
     * 1979): each call can be read by itself.
     */
    HOLM {
        @Override
        Corrected of(double[] p, int comparisons, double alpha) {
            Corrected out = new Corrected(p.length, alpha / Math.max(1, comparisons));
            int left = comparisons;
            int standing = comparisons;
            double highest = 0;
            for (int i : ascending(p)) {
                highest = Math.max(highest, Math.min(1, left * p[i]));
                left--;
                out.adjusted[i] = highest;
                out.level[i] = alpha / standing;
                // Behind the first hypothesis that stands all stand, and their intervals must not say otherwise.
                standing -= highest <= alpha ? 1 : 0;
            }
            return out;
        }
    },
    /**
     * At most 5 % of the calls of a table are wrong on average, tests being independent or positively dependent (Benjamini
     * and Hochberg, Journal of the Royal Statistical Society B 57, 1995): finds more, a list is read as a whole. Intervals are
     * widened to match (Benjamini and Yekutieli, Journal of the American Statistical Association 100, 2005).
     */
    BENJAMINI_HOCHBERG {
        @Override
        Corrected of(double[] p, int comparisons, double alpha) {
            Corrected out = new Corrected(p.length, alpha / Math.max(1, comparisons));
            List<Integer> order = ascending(p);
            double lowest = 1;
            int called = 0;
            for (int k = order.size(); k > 0; k--) {
                int i = order.get(k - 1);
                lowest = Math.min(lowest, comparisons * p[i] / k);
                out.adjusted[i] = lowest;
                called += lowest <= alpha ? 1 : 0;
            }
            Arrays.fill(out.level, Math.max(1, called) * alpha / Math.max(1, comparisons));
            return out;
        }
    };

    /** Corrected p values, NaN where there was none, and the level at which an interval says what the correction decides. */
    static final class Corrected {
        final double[] adjusted;
        final double[] level;

        private Corrected(int count, double strictest) {
            adjusted = new double[count];
            Arrays.fill(adjusted, Double.NaN);
            level = new double[count];
            Arrays.fill(level, strictest);
        }
    }

    /**
     * Corrects p values.
     *
     * @param p NaN for what cannot be tested
     * @param comparisons how many hypotheses there are; more than p values if these were picked by looking at the data,
     *     which Holm's allows
     * @param alpha level of all together
     */
    abstract Corrected of(double[] p, int comparisons, double alpha);

    private static List<Integer> ascending(double[] p) {
        return IntStream.range(0, p.length)
                .boxed()
                .filter(i -> Double.isFinite(p[i]))
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .toList();
    }
}
