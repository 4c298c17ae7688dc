package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.descriptive.rank.Percentile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * How far the best hyper-parameters of a pair lie from the usual ones of its optimizer (BOCB, arXiv 2410.06373, figures 4
 * and 5).
 *
 * <p>A learning rate or decay counts as its place on the ordered grid of its optimizer; the usual one is the mode over
 * backbones. The distance is the sum of both differences, in grid steps. The paper says that the mode is taken over the
 * optimizers of a backbone, but their rates differ by factors of thousands; it leaves its grids unpublished. So its
 * figures are met in range and about in their quartiles, not box by box.
 */
public final class Robustness {
    private Robustness() {}

    /** Returns {@link #distances(Table, Table)} on grids of the values that won somewhere. */
    public static Table distances(Table tuned) {
        return distances(tuned, tuned);
    }

    /**
     * Computes the distance of every pair.
     *
     * @param tuned the best values: backbone, optimizer, {@code lr}, {@code weight_decay}; of several rows a pair (seeds)
     *     the first counts
     * @param tried optimizer, {@code lr}, {@code weight_decay} of all trainings, which make the grids
     * @return backbone, optimizer, {@code lr_steps}, {@code decay_steps} (signed), {@code distance}
     * @throws IllegalArgumentException if a tuned value was not tried
     */
    public static Table distances(Table tuned, Table tried) {
        Table pairs = firstOfEach(tuned);
        double[] lr = steps(pairs, tried, "lr");
        double[] decay = steps(pairs, tried, "weight_decay");
        double[] distance = new double[lr.length];
        Arrays.setAll(distance, i -> Math.abs(lr[i]) + Math.abs(decay[i]));
        return Table.create("distance to the usual hyper-parameters")
                .addColumns(
                        pairs.stringColumn("backbone").copy(),
                        pairs.stringColumn("optimizer").copy(),
                        DoubleColumn.create("lr_steps", lr),
                        DoubleColumn.create("decay_steps", decay),
                        DoubleColumn.create("distance", distance));
    }

    /**
     * Summarises distances.
     *
     * @param distances of {@link #distances(Table)}
     * @param by {@code optimizer} or {@code backbone}
     * @return that column, {@code q1, median, q3, max, mean}
     */
    public static Table summary(Table distances, String by) {
        StringColumn name = StringColumn.create(by);
        List<DoubleColumn> columns = List.of(
                DoubleColumn.create("q1"),
                DoubleColumn.create("median"),
                DoubleColumn.create("q3"),
                DoubleColumn.create("max"),
                DoubleColumn.create("mean"));
        Percentile quantile = new Percentile().withEstimationType(Percentile.EstimationType.R_7);
        GroupBy.values(distances, by, "distance").forEach((key, values) -> {
            name.append(key);
            columns.get(0).append(quantile.evaluate(values, 25));
            columns.get(1).append(quantile.evaluate(values, 50));
            columns.get(2).append(quantile.evaluate(values, 75));
            columns.get(3).append(StatUtils.max(values));
            columns.get(4).append(StatUtils.mean(values));
        });
        return Table.create("distance by " + by, name).addColumns(columns.toArray(new DoubleColumn[0]));
    }

    private static Table firstOfEach(Table tuned) {
        Set<List<String>> seen = new HashSet<>();
        StringColumn backbone = tuned.stringColumn("backbone");
        StringColumn optimizer = tuned.stringColumn("optimizer");
        int[] firsts = java.util.stream.IntStream.range(0, tuned.rowCount())
                .filter(i -> seen.add(List.of(backbone.get(i), optimizer.get(i))))
                .toArray();
        return tuned.rows(firsts);
    }

    /** Returns the signed steps of each pair from its optimizer's mode. */
    private static double[] steps(Table pairs, Table tried, String column) {
        Map<String, double[]> grids = GroupBy.finite(tried, "optimizer", column);
        double[] out = new double[pairs.rowCount()];
        GroupBy.rows(pairs, "optimizer").forEach((optimizer, rows) -> {
            double[] grid = Arrays.stream(grids.getOrDefault(optimizer, new double[0]))
                    .distinct()
                    .sorted()
                    .toArray();
            int[] places = Arrays.stream(GroupBy.at(pairs, column, rows))
                    .mapToInt(v -> place(grid, v, optimizer, column))
                    .toArray();
            int mode = mode(places);
            for (int i = 0; i < places.length; i++) {
                out[rows.get(i)] = places[i] - mode;
            }
        });
        return out;
    }

    private static int place(double[] grid, double value, String optimizer, String column) {
        int at = Arrays.binarySearch(grid, value);
        if (at < 0) {
            throw new IllegalArgumentException(column + " " + value + " of " + optimizer
                    + " was not tried; expected one of " + Arrays.toString(grid));
        }
        return at;
    }

    /** Returns the most frequent place; of several, the one nearest to all, then the lowest. */
    static int mode(int... places) {
        Map<Integer, Integer> counts = new LinkedHashMap<>();
        Arrays.stream(places).sorted().forEach(p -> counts.merge(p, 1, Integer::sum));
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        int best = -1;
        int least = Integer.MAX_VALUE;
        for (Map.Entry<Integer, Integer> e : counts.entrySet()) {
            int sum = Arrays.stream(places).map(p -> Math.abs(p - e.getKey())).sum();
            if (e.getValue() == most && sum < least) {
                best = e.getKey();
                least = sum;
            }
        }
        return best;
    }
}
