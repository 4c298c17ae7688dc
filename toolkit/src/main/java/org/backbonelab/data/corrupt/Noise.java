package org.backbonelab.data.corrupt;

import java.util.random.RandomGenerator;
import org.hipparchus.special.Gamma;

/** Noise of each value by itself. */
final class Noise {
    /** Above this mean, products of uniform numbers would take too long. */
    private static final double SMALL_MEAN = 10;

    private Noise() {}

    /** x + N(0, c). */
    static void gaussian(Canvas x, double[] c, RandomGenerator random) {
        x.replace(v -> v + c[0] * random.nextGaussian());
    }

    /** Poisson(c x) / c: photons counted. */
    static void shot(Canvas x, double[] c, RandomGenerator random) {
        x.replace(v -> poisson(v * c[0], random) / c[0]);
    }

    /** A share c of the values becomes 0 or 1, half of them each. */
    static void impulse(Canvas x, double[] c, RandomGenerator random) {
        x.replace(v -> random.nextDouble() >= c[0] ? v : random.nextBoolean() ? 1 : 0);
    }

    /** x + x N(0, c). */
    static void speckle(Canvas x, double[] c, RandomGenerator random) {
        x.replace(v -> v + v * c[0] * random.nextGaussian());
    }

    /** Draws from a Poisson distribution. */
    static double poisson(double mean, RandomGenerator random) {
        return mean < SMALL_MEAN ? byProducts(mean, random) : byRejection(mean, random);
    }

    /** Arrivals until the time is over (Knuth, The Art of Computer Programming 2, 3.4.1). */
    private static double byProducts(double mean, RandomGenerator random) {
        double limit = Math.exp(-mean);
        double product = random.nextDouble();
        int count = 0;
        while (product > limit) {
            product *= random.nextDouble();
            count++;
        }
        return count;
    }

    /** Transformed rejection with squeeze, algorithm PTRS (Hoermann, Insurance: Mathematics and Economics 12, 1993). */
    private static double byRejection(double mean, RandomGenerator random) {
        double b = 0.931 + 2.53 * Math.sqrt(mean);
        double a = -0.059 + 0.02483 * b;
        double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
        double squeeze = 0.9277 - 3.6224 / (b - 2);
        while (true) {
            double u = random.nextDouble() - 0.5;
            double v = 1 - random.nextDouble();
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + mean + 0.43);
            if (us >= 0.07 && v <= squeeze) {
                return k;
            }
            if (k < 0 || (us < 0.013 && v > us)) {
                continue;
            }
            double accepted = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b);
            if (accepted <= k * Math.log(mean) - mean - Gamma.logGamma(k + 1)) {
                return k;
            }
        }
    }
}
