package org.backbonelab.statistics;

import java.util.Comparator;
import java.util.stream.IntStream;

/** What a pair is compared with, among the optimizers of its backbone. */
public enum Reference {
    /** The median of the backbone's optimizers, as the practical rule has it. */
    MEDIAN,
    /** The best of them; the test then allows for the best having been picked by its luck. */
    BEST;

    /** Returns how the reference is made of the means: of the best one, or the middle one or two. */
    double[] weights(double... means) {
        int n = means.length;
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> means[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] weights = new double[n];
        if (n > 0 && this == BEST) {
            weights[order[n - 1]] = 1;
        } else if (n > 0) {
            weights[order[(n - 1) / 2]] += 0.5;
            weights[order[n / 2]] += 0.5;
        }
        return weights;
    }

    /** Returns the reference itself. */
    double of(double... means) {
        double[] weights = weights(means);
        return IntStream.range(0, means.length)
                .mapToDouble(k -> weights[k] * means[k])
                .sum();
    }
}
