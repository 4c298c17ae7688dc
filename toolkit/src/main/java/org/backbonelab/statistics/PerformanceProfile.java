package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Performance profiles (Dolan and Moré, Mathematical Programming 91, 2002), and their score as AlgoPerf takes it (arXiv
 * 2306.07179).
 *
 * <p>The cost of an optimizer on a backbone is the median over its seeds, and its ratio is to the least cost that any optimizer
 * has there. The profile is the share of backbones on which the ratio is at most tau; the score is the mean of the profile over
 * tau from 1 to a limit. A cost that is infinite, that of a target that was not reached, is within no ratio; a backbone on which
 * nobody reaches the target counts for nobody.
 */
public final class PerformanceProfile {
    private static final int DRAWS = 1000;

    private final List<String> optimizers;
    /** The costs by seed, by backbone and optimizer; none where a pair was not trained. */
    private final double[][][] costs;

    private PerformanceProfile(List<String> optimizers, double[][][] costs) {
        this.optimizers = optimizers;
        this.costs = costs;
    }

    /**
     * Takes the costs of trainings.
     *
     * @param rows one row a training: backbone, optimizer and the cost, positive, infinite where the target was not reached
     * @param cost the column of the cost
     */
    public static PerformanceProfile of(Table rows, String cost) {
        Map<String, Map<String, List<Double>>> found = new LinkedHashMap<>();
        LinkedHashSet<String> optimizers = new LinkedHashSet<>();
        for (Row row : rows) {
            double value = row.getDouble(cost);
            if (!(value > 0)) {
                throw new IllegalArgumentException("the " + cost + " of " + row.getString("backbone") + " "
                        + row.getString("optimizer") + " is " + value + ", expected a positive number or infinity");
            }
            optimizers.add(row.getString("optimizer"));
            found.computeIfAbsent(row.getString("backbone"), key -> new LinkedHashMap<>())
                    .computeIfAbsent(row.getString("optimizer"), key -> new ArrayList<>())
                    .add(value);
        }
        double[][][] costs = found.values().stream()
                .map(column -> optimizers.stream()
                        .map(o -> column.getOrDefault(o, List.of()).stream()
                                .mapToDouble(v -> v)
                                .toArray())
                        .toArray(double[][]::new))
                .toArray(double[][][]::new);
        return new PerformanceProfile(List.copyOf(optimizers), costs);
    }

    /**
     * Returns the profiles at some values of tau.
     *
     * @return optimizer, {@code ratio}, {@code share} (0 to 1)
     */
    public Table at(double... taus) {
        double[][] found = ratios(null);
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn ratio = DoubleColumn.create("ratio");
        DoubleColumn share = DoubleColumn.create("share");
        for (int o = 0; o < optimizers.size(); o++) {
            int place = o;
            for (double tau : taus) {
                optimizer.append(optimizers.get(o));
                ratio.append(tau);
                share.append(Arrays.stream(found).filter(r -> r[place] <= tau).count() / (double) costs.length);
            }
        }
        return Table.create("performance profiles", optimizer, ratio, share);
    }

    /**
     * Returns the scores, with 95 % intervals over seeds and 1000 draws.
     *
     * @param limit the largest ratio, above 1; AlgoPerf takes 4
     * @param seed of the draws
     */
    public Table scores(double limit, long seed) {
        return scores(limit, DRAWS, seed);
    }

    /**
     * Returns the scores.
     *
     * <p>The bands come from drawing every pair's seeds again, with replacement. They say how far other seeds could lie, not
     * other backbones. In simulated sets of eight backbones, 24 optimizers and three seeds that scatter by 5 or 15 %, 92 to 97 of
     * 100 intervals hold the score of the true medians; of optimizers whose costs lie near a limit on training, fewer do.
     *
     * @return optimizer, {@code score} (0 to 1), {@code lo}, {@code hi}; the best first
     */
    Table scores(double limit, int draws, long seed) {
        if (!(limit > 1)) {
            throw new IllegalArgumentException("limit is " + limit + ", expected more than 1");
        }
        double[] score = score(ratios(null), limit);
        double[][] drawn = new double[draws][];
        RandomGenerator random = Seeds.stream(seed, "performance profile");
        Arrays.setAll(drawn, d -> score(ratios(random), limit));
        double[] lo = new double[score.length];
        double[] hi = new double[score.length];
        for (int o = 0; o < score.length; o++) {
            int place = o;
            double[] all = Arrays.stream(drawn).mapToDouble(s -> s[place]).toArray();
            lo[o] = StatUtils.percentile(all, 2.5);
            hi[o] = StatUtils.percentile(all, 97.5);
        }
        return Table.create(
                        "scores of performance profiles",
                        StringColumn.create("optimizer", optimizers),
                        DoubleColumn.create("score", score),
                        DoubleColumn.create("lo", lo),
                        DoubleColumn.create("hi", hi))
                .sortDescendingOn("score");
    }

    /** Returns the mean over tau of each optimizer's profile, which is a step function. */
    private double[] score(double[][] ratios, double limit) {
        return IntStream.range(0, optimizers.size())
                .mapToDouble(o -> Arrays.stream(ratios)
                                .mapToDouble(r -> r[o] <= limit ? limit - r[o] : 0)
                                .sum()
                        / ((limit - 1) * costs.length))
                .toArray();
    }

    /** Returns the ratio of each optimizer on each backbone, NaN for none; of seeds drawn again unless there is no generator. */
    private double[][] ratios(RandomGenerator random) {
        return Arrays.stream(costs)
                .map(column -> {
                    double[] medians = Arrays.stream(column)
                            .mapToDouble(seeds -> TimeToTarget.median(drawn(random, seeds)))
                            .toArray();
                    double least = Arrays.stream(medians)
                            .filter(m -> !Double.isNaN(m))
                            .min()
                            .orElse(Double.NaN);
                    // Infinity over infinity is NaN: within no ratio.
                    return Arrays.stream(medians).map(m -> m / least).toArray();
                })
                .toArray(double[][]::new);
    }

    private static double[] drawn(RandomGenerator random, double... seeds) {
        if (random == null) {
            return seeds;
        }
        double[] out = new double[seeds.length];
        Arrays.setAll(out, i -> seeds[random.nextInt(seeds.length)]);
        return out;
    }
}
