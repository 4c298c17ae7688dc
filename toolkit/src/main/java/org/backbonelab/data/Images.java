package org.backbonelab.data;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;

/**
 * Labelled images in memory, one byte a value.
 *
 * @param pixels (N, C, H, W) in row-major order, unsigned
 * @param labels (N), 0 to classes - 1
 * @param channels C
 * @param size H and W
 * @param classes number of classes
 */
public record Images(byte[] pixels, int[] labels, int channels, int size, int classes) {
    /** Checks that pixels and labels agree. */
    public Images {
        long expected = (long) labels.length * channels * size * size;
        if (pixels.length != expected) {
            throw new IllegalArgumentException("images hold " + pixels.length + " values, expected " + expected
                    + " for " + labels.length + " labels of " + channels + "x" + size + "x" + size);
        }
        for (int label : labels) {
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException("label " + label + ", expected 0 to " + (classes - 1));
            }
        }
    }

    /** Returns the number of images. */
    public int count() {
        return labels.length;
    }

    /** Returns the number of values of one image. */
    public int stride() {
        return channels * size * size;
    }

    /**
     * Returns a class-balanced subset: as many images of each class as go, drawn at random, in random order.
     *
     * @param count of images in all, at most {@link #count()}
     * @param seed the same seed gives the same subset, and a larger subset holds the smaller one
     */
    public Images subset(int count, long seed) {
        if (count < 1 || count > count()) {
            throw new IllegalArgumentException("subset of " + count + " images, expected 1 to " + count());
        }
        int[] order = Seeds.permutation(count(), Seeds.stream(seed, "subset"));
        int[] rank = rankWithinClass(order);
        // All first members of the classes, then all second ones: any prefix is balanced.
        int[] chosen = Arrays.stream(order)
                .boxed()
                .sorted((a, b) -> Integer.compare(rank[a], rank[b]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
        return pick(chosen);
    }

    private int[] rankWithinClass(int[] order) {
        int[] seen = new int[classes];
        int[] rank = new int[count()];
        for (int i : order) {
            rank[i] = seen[labels[i]]++;
        }
        return rank;
    }

    /** Returns the images at the given indices. */
    public Images pick(int... indices) {
        byte[] out = new byte[indices.length * stride()];
        int[] outLabels = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(pixels, indices[i] * stride(), out, i * stride(), stride());
            outLabels[i] = labels[indices[i]];
        }
        return new Images(out, outLabels, channels, size, classes);
    }

    /**
     * Makes images from a seed, for unit tests: each class is a bright bar of its own place and angle, on noise.
     *
     * @param count of images; classes take turns
     */
    public static Images synthetic(int count, int channels, int size, int classes, long seed) {
        byte[] pixels = new byte[count * channels * size * size];
        int[] labels = new int[count];
        for (int n = 0; n < count; n++) {
            labels[n] = n % classes;
            RandomGenerator random = Seeds.stream(seed, "synthetic", n);
            double angle = Math.PI * labels[n] / classes;
            double shift = random.nextDouble() * 2 - 1;
            for (int i = 0; i < channels * size * size; i++) {
                double x = i % size - (size - 1) / 2.0;
                double y = i / size % size - (size - 1) / 2.0;
                double distance = Math.abs(x * Math.sin(angle) - y * Math.cos(angle) - shift);
                double value = (distance < size / 8.0 ? 200 : 40) + 30 * random.nextGaussian();
                pixels[n * channels * size * size + i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
            }
        }
        return new Images(pixels, labels, channels, size, classes);
    }
}
