package org.backbonelab.analysis;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.stat.StatUtils;

/**
 * Resamples seeds: percentile intervals of each pair's gap to its backbone's reference.
 *
 * <p>Two seeds resampled by themselves give but three means, with half of the variance. So the deviations of all pairs of
 * a backbone from their means make one pool, each in units of its pair's standard deviation ({@link SeedVariance}) and widened by
 * sqrt(n / (n - 1)), which makes up for the mean having been fitted; a draw adds some of the pool to each mean, and the
 * reference is found anew.
 */
final class SeedBootstrap {
    private final List<double[]> seeds;
    private final List<int[]> backbones;
    private final double[] deviation;
    private final Coupling.Reference reference;

    SeedBootstrap(List<double[]> seeds, List<int[]> backbones, SeedVariance scatter, Coupling.Reference reference) {
        this.seeds = seeds;
        this.backbones = backbones;
        deviation = scatter.variance().stream().mapToDouble(Math::sqrt).toArray();
        this.reference = reference;
    }

    /** Returns the lower and the upper ends of 95 %, not corrected; NaN where no pair of the backbone has two seeds. */
    double[][] intervals(int draws, long seed) {
        double[][] out = new double[2][seeds.size()];
        Arrays.stream(out).forEach(ends -> Arrays.fill(ends, Double.NaN));
        for (int b = 0; b < backbones.size(); b++) {
            int[] pairs = backbones.get(b);
            double[] pool = deviations(pairs);
            if (pool.length > 0) {
                double[][] gaps = gaps(pairs, pool, draws, Seeds.stream(seed, "bootstrap", b));
                for (int k = 0; k < pairs.length; k++) {
                    out[0][pairs[k]] = StatUtils.percentile(gaps[k], 2.5);
                    out[1][pairs[k]] = StatUtils.percentile(gaps[k], 97.5);
                }
            }
        }
        return out;
    }

    private double[] deviations(int[] pairs) {
        return Arrays.stream(pairs)
                .filter(i -> seeds.get(i).length > 1 && deviation[i] > 0)
                .mapToObj(this::deviations)
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    private double[] deviations(int pair) {
        double[] s = seeds.get(pair);
        double scale = Math.sqrt(s.length / (s.length - 1.0)) / deviation[pair];
        return Arrays.stream(s).map(x -> (x - StatUtils.mean(s)) * scale).toArray();
    }

    private double[][] gaps(int[] pairs, double[] pool, int draws, RandomGenerator random) {
        double[][] gaps = new double[pairs.length][draws];
        double[] means = new double[pairs.length];
        for (int draw = 0; draw < draws; draw++) {
            for (int k = 0; k < pairs.length; k++) {
                double[] s = seeds.get(pairs[k]);
                double sum = 0;
                for (int i = 0; i < s.length; i++) {
                    sum += pool[random.nextInt(pool.length)];
                }
                means[k] = StatUtils.mean(s) + deviation[pairs[k]] * sum / s.length;
            }
            double[] weights = CoupledPairs.weights(means, reference);
            double level = IntStream.range(0, means.length)
                    .mapToDouble(k -> weights[k] * means[k])
                    .sum();
            for (int k = 0; k < pairs.length; k++) {
                gaps[k][draw] = means[k] - level;
            }
        }
        return gaps;
    }
}
