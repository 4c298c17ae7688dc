package org.backbonelab.train.objective;

import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;

/** Labels drawn from what a classifier predicts. */
final class SampledLabels {
    private SampledLabels() {}

    /**
     * Draws labels.
     *
     * @param logits (N, K)
     * @param independent whether every class is drawn by itself, with the probability that its logit gives alone; else
     *     one class an image, from the softmax
     * @return (N, K), 1 for what was drawn, else 0
     */
    static float[] draw(float[] logits, int classes, boolean independent, long seed) {
        float[] out = new float[logits.length];
        for (int n = 0; n < logits.length / classes; n++) {
            RandomGenerator random = Seeds.stream(seed, "sample", n);
            if (independent) {
                for (int k = n * classes; k < (n + 1) * classes; k++) {
                    out[k] = random.nextDouble() < 1 / (1 + StrictMath.exp(-logits[k])) ? 1 : 0;
                }
            } else {
                out[n * classes + one(logits, n * classes, classes, random)] = 1;
            }
        }
        return out;
    }

    /** Logits that are not numbers give the last class; the loss is then no number either. */
    private static int one(float[] logits, int from, int classes, RandomGenerator random) {
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            most = Math.max(most, logits[from + k]);
        }
        double[] weights = new double[classes];
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            weights[k] = StrictMath.exp(logits[from + k] - most);
            sum += weights[k];
        }
        double left = random.nextDouble() * sum;
        for (int k = 0; k < classes - 1; k++) {
            left -= weights[k];
            if (left < 0) {
                return k;
            }
        }
        return classes - 1;
    }
}
