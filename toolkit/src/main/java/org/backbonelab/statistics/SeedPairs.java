package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.Table;

/** The results of every pair of backbone and optimizer over seeds, and how they scatter. */
final class SeedPairs {
    final List<String> backbone = new ArrayList<>();
    final List<String> optimizer = new ArrayList<>();
    /** The finite results of each pair. */
    final List<double[]> seeds = new ArrayList<>();
    /** How many seeds of each pair diverged. */
    final List<Integer> diverged = new ArrayList<>();
    /** The pairs of each backbone, by number. */
    final Map<String, List<Integer>> members = new LinkedHashMap<>();

    final SeedVariance scatter;
    final double[] mean;

    SeedPairs(Table rows, String value) {
        Groups.rows(rows, "backbone").forEach((name, ofBackbone) -> {
            Table part = rows.rows(ofBackbone.stream().mapToInt(i -> i).toArray());
            Groups.values(part, "optimizer", value).forEach((other, all) -> {
                double[] finite = Arrays.stream(all).filter(Double::isFinite).toArray();
                members.computeIfAbsent(name, key -> new ArrayList<>()).add(seeds.size());
                backbone.add(name);
                optimizer.add(other);
                seeds.add(finite);
                diverged.add(all.length - finite.length);
            });
        });
        mean = seeds.stream().mapToDouble(StatUtils::mean).toArray();
        scatter = SeedVariance.of(seeds, members);
    }

    /** Returns the pairs that have a finite result. */
    int[] finite(List<Integer> pairs) {
        return pairs.stream()
                .mapToInt(i -> i)
                .filter(i -> seeds.get(i).length > 0)
                .toArray();
    }

    /** A difference of pairs: how large, its standard error, the error's degrees of freedom. */
    record Difference(double mean, double error, double freedom) {}

    /** Returns the place of a pair, -1 if it has no finite result. */
    int find(String ofBackbone, String ofOptimizer) {
        return members.getOrDefault(ofBackbone, List.of()).stream()
                .filter(i -> optimizer.get(i).equals(ofOptimizer) && seeds.get(i).length > 0)
                .findFirst()
                .orElse(-1);
    }

    /** Compares two pairs. */
    Difference difference(int a, int b) {
        return contrast(new int[] {a, b}, 1, -1);
    }

    /**
     * Returns a weighted sum of the means of pairs; seeds count as independent.
     *
     * @param weights one a pair
     */
    Difference contrast(int[] pairs, double... weights) {
        double difference = 0;
        double sum = 0;
        double squares = 0;
        double most = 0;
        for (int j = 0; j < pairs.length; j++) {
            int i = pairs[j];
            double c = weights[j];
            difference += c * mean[i];
            if (c != 0) {
                double part = c * c * scatter.variance().get(i) / seeds.get(i).length;
                sum += part;
                squares += part * part / scatter.freedom().get(i);
                most = Math.max(most, scatter.freedom().get(i));
            }
        }
        // Welch and Satterthwaite's, but what is pooled is one variance, not several independent ones.
        return new Difference(difference, Math.sqrt(sum), Math.min(most, sum * sum / squares));
    }

    /**
     * Resamples seeds: the means of some pairs of one backbone, as other seeds might have given them.
     *
     * <p>Two seeds resampled by themselves give but three means, with half of the variance. So the deviations of all pairs
     * of a backbone from their means make one pool, each in units of its pair's standard deviation ({@link SeedVariance}) and
     * widened by sqrt(n / (n - 1)), which makes up for the mean having been fitted; a draw adds some of the pool to each mean.
     *
     * @return one row of means a draw; none where no pair has two seeds that differ
     */
    double[][] resample(int[] pairs, int draws, RandomGenerator random) {
        double[] pool = Arrays.stream(pairs)
                .filter(i -> seeds.get(i).length > 1 && deviation(i) > 0)
                .mapToObj(this::deviations)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        double[][] out = new double[pool.length == 0 ? 0 : draws][pairs.length];
        for (double[] means : out) {
            for (int k = 0; k < pairs.length; k++) {
                int n = seeds.get(pairs[k]).length;
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += pool[random.nextInt(pool.length)];
                }
                means[k] = mean[pairs[k]] + deviation(pairs[k]) * sum / n;
            }
        }
        return out;
    }

    private double deviation(int pair) {
        return Math.sqrt(scatter.variance().get(pair));
    }

    private double[] deviations(int pair) {
        double[] s = seeds.get(pair);
        double scale = Math.sqrt(s.length / (s.length - 1.0)) / deviation(pair);
        return Arrays.stream(s).map(x -> (x - mean[pair]) * scale).toArray();
    }
}
