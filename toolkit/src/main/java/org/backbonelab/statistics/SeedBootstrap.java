package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Means of groups as other seeds might have given them.
 *
 * <p>Two seeds resampled by themselves give but three means, with half of the variance. So the deviations of all groups of a pool
 * from their means make one stock, each in units of its group's standard deviation ({@link SeedVariance}) and widened by sqrt(n /
 * (n - 1)), which makes up for the mean having been fitted; a draw adds some of the stock to each mean.
 */
final class SeedBootstrap {
    private final SeededTable table;
    private final int[] places;

    /** Resamples some groups of one pool that have finite results. */
    SeedBootstrap(SeededTable table, int... places) {
        this.table = table;
        this.places = places;
    }

    /** Returns one row of means a draw; none where no group has two seeds that differ. */
    double[][] means(int draws, RandomGenerator random) {
        double[] stock = Arrays.stream(places)
                .filter(i -> table.seeds.get(i).length > 1 && deviation(i) > 0)
                .mapToObj(this::deviations)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        double[][] out = new double[stock.length == 0 ? 0 : draws][places.length];
        for (double[] means : out) {
            for (int k = 0; k < places.length; k++) {
                int n = table.seeds.get(places[k]).length;
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += stock[random.nextInt(stock.length)];
                }
                means[k] = table.mean[places[k]] + deviation(places[k]) * sum / n;
            }
        }
        return out;
    }

    private double deviation(int place) {
        return Math.sqrt(table.scatter.variance().get(place));
    }

    private double[] deviations(int place) {
        double[] s = table.seeds.get(place);
        double scale = Math.sqrt(s.length / (s.length - 1.0)) / deviation(place);
        return Arrays.stream(s).map(x -> (x - table.mean[place]) * scale).toArray();
    }
}
