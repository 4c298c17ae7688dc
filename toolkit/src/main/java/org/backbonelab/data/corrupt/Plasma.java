package org.backbonelab.data.corrupt;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Clouds by the diamond-square algorithm on a torus: the middle of each square is the mean of its corners and a random
 * number, whose range falls from step to step.
 */
final class Plasma {
    private static final double RANGE = 100;

    private final double[] map;
    private final int size;
    private final RandomGenerator random;

    private Plasma(int size, RandomGenerator random) {
        this.map = new double[size * size];
        this.size = size;
        this.random = random;
    }

    /**
     * Returns a cloud with values in 0..1, both taken.
     *
     * @param size H and W, a power of two of 2 or more
     * @param decay by which the range is divided from step to step: the larger, the smoother
     */
    static Grid of(int size, double decay, RandomGenerator random) {
        Plasma plasma = new Plasma(size, random);
        double range = RANGE;
        for (int step = size; step >= 2; step /= 2) {
            plasma.squares(step, range);
            plasma.diamonds(step, range);
            range /= decay;
        }
        double min = Arrays.stream(plasma.map).min().orElseThrow();
        double max = Arrays.stream(plasma.map).max().orElseThrow();
        return new Grid(
                Arrays.stream(plasma.map).map(v -> (v - min) / (max - min)).toArray(), size, size);
    }

    private double get(int y, int x) {
        return map[Math.floorMod(y, size) * size + Math.floorMod(x, size)];
    }

    /** The published code multiplies the range by itself. */
    private void set(int y, int x, double sum, double range) {
        map[y * size + x] = sum / 4 + range * range * (2 * random.nextDouble() - 1);
    }

    private void squares(int step, double range) {
        int half = step / 2;
        for (int y = half; y < size; y += step) {
            for (int x = half; x < size; x += step) {
                double left = get(y - half, x - half) + get(y + half, x - half);
                set(y, x, left + get(y - half, x + half) + get(y + half, x + half), range);
            }
        }
    }

    /** First those above the squares' middles, then those left of them; both know corners and middles only. */
    private void diamonds(int step, double range) {
        int half = step / 2;
        for (int y = 0; y < size; y += step) {
            for (int x = half; x < size; x += step) {
                set(y, x, cross(y, x, half), range);
            }
        }
        for (int y = half; y < size; y += step) {
            for (int x = 0; x < size; x += step) {
                set(y, x, cross(y, x, half), range);
            }
        }
    }

    private double cross(int y, int x, int half) {
        return get(y - half, x) + get(y + half, x) + get(y, x - half) + get(y, x + half);
    }
}
