package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hipparchus.analysis.solvers.BrentSolver;
import org.hipparchus.special.Gamma;
import org.hipparchus.stat.StatUtils;

/**
 * The variance of results over seeds, when each group has two or three of them.
 *
 * <p>A variance of two values says next to nothing, so groups of one pool (the optimizers of a backbone) share what they know.
 * How much they share is read off the data (Smyth, Statistical Applications in Genetics and Molecular Biology 3, 2004): if the
 * groups of a pool scatter no more unevenly than chance has it, they are pooled, and each has all degrees of freedom; if some
 * scatter more than others, each keeps the more of its own. A group with one seed has its pool's typical variance.
 *
 * @param variance of a single training, one a group; NaN where no group of the pool has two seeds, or all seeds agree
 * @param freedom degrees of freedom
 */
record SeedVariance(List<Double> variance, List<Double> freedom) {
    /**
     * Estimates variances.
     *
     * @param seeds the finite results of each group
     * @param pools the groups of each pool, by place
     */
    static SeedVariance of(List<double[]> seeds, Map<String, List<Integer>> pools) {
        double[] own = new double[seeds.size()];
        double[] d = new double[seeds.size()];
        for (int i = 0; i < own.length; i++) {
            d[i] = Math.max(0, seeds.get(i).length - 1);
            own[i] = d[i] > 0 ? StatUtils.variance(seeds.get(i)) : Double.NaN;
        }
        Double[] variance = new Double[own.length];
        Double[] freedom = new Double[own.length];
        double[] levels = new double[pools.size()];
        double prior = priorFreedom(own, d, pools, levels);
        double all = Arrays.stream(d).sum();
        int b = 0;
        for (List<Integer> groups : pools.values()) {
            double sum = groups.stream().mapToDouble(i -> d[i]).sum();
            double pooled = groups.stream()
                            .filter(i -> d[i] > 0)
                            .mapToDouble(i -> d[i] * own[i])
                            .sum()
                    / sum;
            double typical = Math.exp(levels[b++] + Gamma.digamma(prior / 2) - Math.log(prior / 2));
            for (int i : groups) {
                double mine = d[i] > 0 ? d[i] * own[i] : 0;
                boolean infinite = Double.isInfinite(prior);
                variance[i] =
                        !(pooled > 0) ? Double.NaN : infinite ? pooled : (prior * typical + mine) / (prior + d[i]);
                freedom[i] = infinite ? sum : Math.min(all, prior + d[i]);
            }
        }
        return new SeedVariance(List.of(variance), List.of(freedom));
    }

    /**
     * Returns the degrees of freedom that the pool's typical variance is worth for a group, by the moments of log
     * variances; infinite where these scatter no more than chance has it.
     *
     * @param levels gets the mean log variance of each pool, freed of the logarithm's bias
     */
    private static double priorFreedom(double[] own, double[] d, Map<String, List<Integer>> pools, double[] levels) {
        double excess = 0;
        int free = 0;
        int b = 0;
        for (List<Integer> groups : pools.values()) {
            int[] tested =
                    groups.stream().mapToInt(i -> i).filter(i -> d[i] > 0).toArray();
            double floor = Arrays.stream(tested)
                    .mapToDouble(i -> own[i])
                    .filter(v -> v > 0)
                    .min()
                    .orElse(Double.NaN);
            // Equal accuracies come from few test images, not from a variance of zero.
            double[] e = Arrays.stream(tested)
                    .mapToDouble(i -> Math.log(Math.max(own[i], floor)) - Gamma.digamma(d[i] / 2) + Math.log(d[i] / 2))
                    .toArray();
            levels[b++] = StatUtils.mean(e);
            if (tested.length > 1 && floor > 0) {
                double chance = Arrays.stream(tested)
                        .mapToDouble(i -> Gamma.trigamma(d[i] / 2))
                        .average()
                        .orElseThrow();
                excess += (tested.length - 1) * (StatUtils.variance(e) - chance);
                free += tested.length - 1;
            }
        }
        double spread = excess / free;
        // Trigamma falls from infinity to zero: outside these ends the answer is "all own" or "all shared".
        return spread > 1e-3
                ? 2
                        * Math.exp(new BrentSolver(1e-9)
                                .solve(200, y -> Gamma.trigamma(Math.exp(y)) - Math.min(spread, 1e4), -5, 10))
                : Double.POSITIVE_INFINITY;
    }
}
