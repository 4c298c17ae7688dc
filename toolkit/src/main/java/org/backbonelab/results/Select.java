package org.backbonelab.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Selections over tables of rows: tuned axes out, mean over seeds, Pareto frontier. */
public final class Select {
    private static final String DIVERGED = org.backbonelab.results.Row.Status.DIVERGED.name();

    private Select() {}

    /**
     * Keeps, for each group, the rows of the tuned value whose mean of {@code by} is best.
     *
     * <p>Only values with the most rows (seeds) of their group compete: a study trains further seeds for the winner of
     * the first one, and a loser's single lucky seed must not beat the winner's mean.
     *
     * @param rows a table of {@link Tables#of}
     * @param by what is best where it is highest, such as {@code val_top1}, or lowest, such as {@code val_loss}, see {@link
     *     Goal}; NaN never wins, unless there is nothing else
     * @param tuned the axis that is tuned, such as {@code lr}
     * @param group the columns that make a group
     */
    public static Table best(Table rows, String by, String tuned, String... group) {
        Map<String, Map<Double, List<Integer>>> groups = new LinkedHashMap<>();
        for (Row row : rows) {
            groups.computeIfAbsent(key(row, group), k -> new LinkedHashMap<>())
                    .computeIfAbsent(row.getDouble(tuned), v -> new ArrayList<>())
                    .add(row.getRowNumber());
        }
        Goal goal = new Goal(by);
        List<Integer> kept = new ArrayList<>();
        for (Map<Double, List<Integer>> candidates : groups.values()) {
            List<Integer> winner = null;
            double best = Double.NEGATIVE_INFINITY;
            int most = candidates.values().stream().mapToInt(List::size).max().orElse(0);
            for (List<Integer> candidate : candidates.values()) {
                if (candidate.size() < most) {
                    continue;
                }
                double score = goal.score(mean(rows, by, candidate));
                if (winner == null || score > best) {
                    winner = candidate;
                    best = score;
                }
            }
            kept.addAll(winner);
        }
        return rows.rows(kept.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Averages over the rows of each group (the seeds).
     *
     * <p>A group in which a row has no value has no mean: the seeds that happened not to diverge are its luckier part.
     *
     * @param value the column to average
     * @param group the columns that make a group; all are kept
     * @return group columns, then {@code <value>}, {@code lo}, {@code hi} (95 % t interval, NaN for one row), {@code n} rows,
     *     and, where the rows have a status, how many of them {@code diverged}
     */
    public static Table mean(Table rows, String value, String... group) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (Row row : rows) {
            groups.computeIfAbsent(key(row, group), k -> new ArrayList<>()).add(row.getRowNumber());
        }
        Table out = Table.create(value);
        int[] firsts = groups.values().stream().mapToInt(g -> g.get(0)).toArray();
        for (String column : group) {
            out.addColumns(rows.column(column).subset(firsts));
        }
        DoubleColumn mean = DoubleColumn.create(value);
        DoubleColumn lo = DoubleColumn.create("lo");
        DoubleColumn hi = DoubleColumn.create("hi");
        DoubleColumn n = DoubleColumn.create("n");
        for (List<Integer> members : groups.values()) {
            double m = mean(rows, value, members);
            double half = halfWidth(values(rows, value, members));
            mean.append(m);
            lo.append(m - half);
            hi.append(m + half);
            n.append(members.size());
        }
        out.addColumns(mean, lo, hi, n);
        return rows.containsColumn("status") ? out.addColumns(diverged(rows, groups.values())) : out;
    }

    private static DoubleColumn diverged(Table rows, Collection<List<Integer>> groups) {
        StringColumn status = rows.stringColumn("status");
        return DoubleColumn.create("diverged", groups.stream().mapToDouble(members -> members.stream()
                .filter(i -> DIVERGED.equals(status.get(i)))
                .count()));
    }

    /** Returns half the width of Student's 95 % interval of a mean. */
    private static double halfWidth(double... values) {
        int n = values.length;
        return n < 2
                ? Double.NaN
                : new TDistribution(n - 1).inverseCumulativeProbability(0.975)
                        * Math.sqrt(StatUtils.variance(values) / n);
    }

    /**
     * Returns the rows whose columns have the given values, sorted by seed if they have one, so that two selections can be paired.
     *
     * @param columnsAndValues column, value, column, value, ...; values are compared as text, numbers as 0.05
     */
    public static Table where(Table rows, String... columnsAndValues) {
        Table out = rows;
        for (int i = 0; i < columnsAndValues.length; i += 2) {
            String column = columnsAndValues[i];
            String value = columnsAndValues[i + 1];
            out = out.where(
                    out.column(column) instanceof DoubleColumn numbers
                            ? numbers.isEqualTo(Double.parseDouble(value))
                            : out.stringColumn(column).isEqualTo(value));
        }
        return out.containsColumn("seed") ? out.sortAscendingOn("seed") : out;
    }

    /**
     * Returns the Pareto frontier: rows that set a new minimum of {@code y} when sorted by {@code x}.
     *
     * @param x the cost, such as {@code train_macs}
     * @param y what is minimised; NaN rows are left out
     */
    public static Table frontier(Table rows, String x, String y) {
        Table sorted = rows.sortAscendingOn(x, y);
        List<Integer> kept = new ArrayList<>();
        double best = Double.POSITIVE_INFINITY;
        for (Row row : sorted) {
            if (row.getDouble(y) < best) {
                best = row.getDouble(y);
                kept.add(row.getRowNumber());
            }
        }
        return sorted.rows(kept.stream().mapToInt(Integer::intValue).toArray());
    }

    private static String key(Row row, String... columns) {
        StringBuilder out = new StringBuilder();
        Arrays.stream(columns).forEach(c -> out.append(row.getObject(c)).append('\u0000'));
        return out.toString();
    }

    private static double[] values(Table rows, String column, List<Integer> members) {
        return members.stream()
                .mapToDouble(i -> rows.doubleColumn(column).getDouble(i))
                .toArray();
    }

    private static double mean(Table rows, String column, List<Integer> members) {
        return Arrays.stream(values(rows, column, members)).average().orElse(Double.NaN);
    }
}
