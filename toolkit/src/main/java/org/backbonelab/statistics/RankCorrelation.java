package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Spearman's rank correlation: does one ranking carry over to another?
 *
 * <p>Intervals are Bonett and Wright's (Psychometrika 65, 2000): Fisher's z with the variance (1 + rho² / 2) / (n - 3). They
 * say how far other members of the same population could lie, not how far other seeds could.
 */
public final class RankCorrelation {
    private static final int FEWEST = 4;
    private static final double Z = new NormalDistribution().inverseCumulativeProbability(0.975);

    private RankCorrelation() {}

    /**
     * Correlates two columns of one table among the rows of each group; see {@link #between}.
     *
     * @param rows one row a member of a group
     */
    public static Table table(Table rows, String by, String x, String y) {
        Accumulated out = new Accumulated(by, x + " and " + y);
        GroupBy.rows(rows, by)
                .forEach((name, members) -> out.add(name, GroupBy.at(rows, x, members), GroupBy.at(rows, y, members)));
        return out.table();
    }

    /**
     * Correlates a column of one table with one of another, among the members that both have of a group.
     *
     * @param by the column that names the group, such as {@code backbone}; groups that only one table has are left out
     * @param member the column that names the member, such as {@code optimizer}; members with NaN on a side are left out
     * @return {@code by}, {@code n} members, {@code rho} (1: the same order, -1: the reverse), {@code lo}, {@code hi} of 95 %;
     *     NaN for fewer than four members or where all of one side are equal; a perfect order has no interval
     * @throws IllegalArgumentException if a table has a member twice in a group
     */
    public static Table between(Table a, String x, Table b, String y, String by, String member) {
        Map<String, Map<String, Double>> first = members(a, x, by, member);
        Map<String, Map<String, Double>> second = members(b, y, by, member);
        Accumulated out = new Accumulated(by, x + " and " + y);
        first.forEach((name, ones) -> {
            Map<String, Double> others = second.getOrDefault(name, Map.of());
            List<String> both =
                    ones.keySet().stream().filter(others::containsKey).toList();
            if (!both.isEmpty()) {
                out.add(
                        name,
                        both.stream().mapToDouble(ones::get).toArray(),
                        both.stream().mapToDouble(others::get).toArray());
            }
        });
        return out.table();
    }

    private static Map<String, Map<String, Double>> members(Table table, String value, String by, String member) {
        Map<String, Map<String, Double>> out = new LinkedHashMap<>();
        for (int i = 0; i < table.rowCount(); i++) {
            String group = table.stringColumn(by).get(i);
            String name = table.stringColumn(member).get(i);
            double number = table.numberColumn(value).getDouble(i);
            if (out.computeIfAbsent(group, key -> new LinkedHashMap<>()).put(name, number) != null) {
                throw new IllegalArgumentException("two rows of " + group + " and " + name
                        + "; expected one, so take the mean over seeds first (Select.mean)");
            }
        }
        return out;
    }

    /** The rows of the answer. */
    private static final class Accumulated {
        private final Table table;

        Accumulated(String by, String what) {
            table = Table.create("rank correlation of " + what, StringColumn.create(by))
                    .addColumns(
                            DoubleColumn.create("n"),
                            DoubleColumn.create("rho"),
                            DoubleColumn.create("lo"),
                            DoubleColumn.create("hi"));
        }

        void add(String group, double[] x, double... y) {
            int[] both = IntStream.range(0, x.length)
                    .filter(i -> Double.isFinite(x[i]) && Double.isFinite(y[i]))
                    .toArray();
            double r = both.length < FEWEST ? Double.NaN : spearman(at(x, both), at(y, both));
            double half = Z * Math.sqrt((1 + r * r / 2) / (both.length - 3));
            double z = 0.5 * Math.log((1 + r) / (1 - r));
            // Of a perfect order Fisher's z is infinite, and nothing is known of its error.
            boolean perfect = Math.abs(r) == 1;
            double[] numbers = {
                both.length, r, perfect ? Double.NaN : Math.tanh(z - half), perfect ? Double.NaN : Math.tanh(z + half),
            };
            table.stringColumn(0).append(group);
            for (int k = 0; k < numbers.length; k++) {
                table.doubleColumn(k + 1).append(numbers[k]);
            }
        }

        Table table() {
            return table;
        }
    }

    private static double spearman(double[] a, double[] b) {
        return new SpearmansCorrelation().correlation(a, b);
    }

    private static double[] at(double[] values, int... places) {
        return Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
    }
}
