package org.backbonelab.tensor;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Derives every random stream from (seed, purpose, indices).
 *
 * <p>Nothing ever saves the state of a generator: the stream of, say, the crop of image 17 in epoch 3 is a function
 * of these numbers alone, so a resumed run draws what an unbroken one would have drawn.
 */
public final class Seeds {
    private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
            RandomGeneratorFactory.of("L64X128MixRandom");

    private Seeds() {}

    /**
     * Returns the seed of one stream.
     *
     * @param seed the seed of the run
     * @param purpose what the stream is for, such as {@code "init"} or {@code "shuffle"}
     * @param indices epoch, step, sample index: whatever tells streams of one purpose apart
     */
    public static long derive(long seed, String purpose, long... indices) {
        long h = mix(seed + 0x9E3779B97F4A7C15L);
        for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
            h = mix(h * 31 + b);
        }
        for (long i : indices) {
            h = mix(h ^ mix(i + 0x9E3779B97F4A7C15L));
        }
        return h;
    }

    /** Returns a fresh generator for the stream of {@link #derive}. */
    public static RandomGenerator stream(long seed, String purpose, long... indices) {
        return FACTORY.create(derive(seed, purpose, indices));
    }

    /** Returns a random order of 0..n-1 (Fisher-Yates). */
    public static int[] permutation(int n, RandomGenerator random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
    private static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }
}
