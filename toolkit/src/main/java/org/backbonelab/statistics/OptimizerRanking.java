package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * BOCB's ranking of optimizers by four parts (arXiv 2410.06373, table 4): how well, how easy to tune, how coupled, how dear.
 *
 * <p>The score is 0.4 performance rank + 0.2 hyper-parameter rank + 0.2 BOCB flag + 0.2 computation rank, lower is better.
 * The formula is in no text of the paper; from its four columns it gives all its overall ranks. Equal values share a
 * rank.
 */
public final class OptimizerRanking {
    private static final String[] PARTS = {"performance", "hyper_parameters", "bocb", "computation"};
    private static final double[] WEIGHTS = {0.4, 0.2, 0.2, 0.2};

    private OptimizerRanking() {}

    /**
     * Ranks optimizers.
     *
     * @param marked one row a pair: optimizer, the result, {@code mark} ({@link Coupling#failures})
     * @param value the column of the result, averaged over backbones; NaN, diverged, counts as 0
     * @param distances of {@link Robustness#distances(Table)}
     * @param cost optimizer and {@code cost}: seconds or memory, averaged where there are several rows
     * @return columns as in {@link #overall}
     */
    public static Table of(Table marked, String value, Table distances, Table cost) {
        Map<String, double[]> results = GroupBy.values(marked, "optimizer", value);
        Map<String, double[]> steps = GroupBy.values(distances, "optimizer", "distance");
        Map<String, double[]> costs = GroupBy.values(cost, "optimizer", "cost");
        for (String name : results.keySet()) {
            if (!steps.containsKey(name) || !costs.containsKey(name)) {
                throw new IllegalArgumentException("optimizer \"" + name + "\" has no row in the table of "
                        + (steps.containsKey(name) ? "costs" : "distances") + "; expected one for each that is ranked");
            }
        }
        Table ranks = performance(marked, value);
        ranks.addColumns(
                ranked(ranks, "hyper_parameters", name -> tuning(steps.get(name))),
                flags(ranks, marked),
                ranked(ranks, "computation", name -> StatUtils.mean(costs.get(name))));
        return overall(ranks);
    }

    /** Returns optimizer and {@code performance}: the rank by the mean result over backbones, 1 + the number of better ones. */
    public static Table performance(Table table, String value) {
        Map<String, double[]> results = GroupBy.values(table, "optimizer", value);
        double[] loss = results.values().stream()
                .mapToDouble(r -> -Arrays.stream(r).filter(Double::isFinite).sum() / r.length)
                .toArray();
        return Table.create(
                "ranking",
                StringColumn.create("optimizer", results.keySet()),
                DoubleColumn.create("performance", places(loss)));
    }

    /** Returns the optimizers that carry a failure's mark in any of the tables. */
    public static Set<String> flagged(Table... marked) {
        return Arrays.stream(marked)
                .flatMap(
                        table -> table
                                .where(table.stringColumn("mark").isIn(Coupling.FAILED))
                                .stringColumn("optimizer")
                                .asList()
                                .stream())
                .collect(Collectors.toSet());
    }

    /**
     * Computes the overall rank.
     *
     * @param ranks optimizer, {@code performance, hyper_parameters, bocb, computation}
     * @return these, {@code score} and {@code overall}: 1 + the number of better scores, so equal scores share a rank
     */
    public static Table overall(Table ranks) {
        double[] score = new double[ranks.rowCount()];
        for (int i = 0; i < score.length; i++) {
            for (int k = 0; k < PARTS.length; k++) {
                score[i] += WEIGHTS[k] * ranks.doubleColumn(PARTS[k]).getDouble(i);
            }
            // Sums of tenths: the noise of binary fractions must not break ties.
            score[i] = Math.round(score[i] * 1e6) / 1e6;
        }
        return ranks.copy()
                .addColumns(DoubleColumn.create("score", score), DoubleColumn.create("overall", places(score)));
    }

    private static double[] places(double... values) {
        return Arrays.stream(values)
                .map(v -> 1 + Arrays.stream(values).filter(other -> other < v).count())
                .toArray();
    }

    /**
     * Returns what each part adds to the score, in long form for stacked bars.
     *
     * @param overall of {@link #overall}
     * @return optimizer, {@code part}, {@code points}; from the best optimizer to the worst
     */
    public static Table contributions(Table overall) {
        Table sorted = overall.sortAscendingOn("score", "performance");
        StringColumn optimizer = StringColumn.create("optimizer");
        StringColumn part = StringColumn.create("part");
        DoubleColumn points = DoubleColumn.create("points");
        for (int i = 0; i < sorted.rowCount(); i++) {
            for (int k = 0; k < PARTS.length; k++) {
                optimizer.append(sorted.stringColumn("optimizer").get(i));
                part.append(PARTS[k].replace('_', '-'));
                points.append(WEIGHTS[k] * sorted.doubleColumn(PARTS[k]).getDouble(i));
            }
        }
        return Table.create("contributions", optimizer, part, points);
    }

    /** The median distance, and where medians are equal the mean: distances are few whole numbers. */
    private static double tuning(double[] distances) {
        return StatUtils.percentile(distances, 50) + 1e-3 * StatUtils.mean(distances);
    }

    private static DoubleColumn flags(Table ranks, Table marked) {
        Set<String> flagged = flagged(marked);
        return DoubleColumn.create(
                "bocb",
                ranks.stringColumn("optimizer").asList().stream()
                        .mapToDouble(name -> flagged.contains(name) ? 1 : 0)
                        .toArray());
    }

    /** Dense ranks from 1, the lowest value first. */
    private static DoubleColumn ranked(Table ranks, String name, ToDoubleFunction<String> value) {
        double[] values = ranks.stringColumn("optimizer").asList().stream()
                .mapToDouble(value)
                .toArray();
        double[] distinct = Arrays.stream(values).distinct().sorted().toArray();
        return DoubleColumn.create(
                name,
                Arrays.stream(values)
                        .map(v -> 1 + Arrays.binarySearch(distinct, v))
                        .toArray());
    }
}
