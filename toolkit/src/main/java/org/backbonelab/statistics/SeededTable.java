package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * Results of trainings over seeds, by groups such as backbone and optimizer, and how they scatter.
 *
 * <p>A group's scatter is learned from its own seeds and from those of all groups with the same first name ({@link SeedVariance}):
 * two or three seeds of one group say nearly nothing. A row without a finite result is a training that diverged. It enters no
 * mean; it is counted, and a {@link Verdict} takes it into account.
 */
public final class SeededTable {
    /** The names of each group, one a column. */
    final List<List<String>> names = new ArrayList<>();
    /** The finite results of each group. */
    final List<double[]> seeds = new ArrayList<>();
    /** How many seeds of each group diverged. */
    final List<Integer> diverged = new ArrayList<>();
    /** The groups that share their scatter, by place. */
    final Map<String, List<Integer>> pools = new LinkedHashMap<>();

    final double[] mean;
    final SeedVariance scatter;

    private final List<Map<Double, Double>> bySeed = new ArrayList<>();
    private final String value;
    private final boolean isLog;

    /** A group with its weight in a {@link Contrast}. */
    public record Term(double weight, List<String> group) {}

    private SeededTable(Table rows, String value, boolean isLog, String... by) {
        this.value = value;
        this.isLog = isLog;
        grouped(rows, by)
                .forEach((pool, groups) -> groups.forEach((group, members) -> {
                    double[] all = Arrays.stream(GroupBy.at(rows, value, members))
                            .map(x -> isLog ? Math.log(x) : x)
                            .toArray();
                    double[] finite =
                            Arrays.stream(all).filter(Double::isFinite).toArray();
                    if (rows.containsColumn("status")) {
                        requireDiverged(rows, group, members, all);
                    }
                    pools.computeIfAbsent(pool, key -> new ArrayList<>()).add(seeds.size());
                    names.add(group);
                    seeds.add(finite);
                    diverged.add(all.length - finite.length);
                    bySeed.add(rows.containsColumn("seed") ? bySeed(GroupBy.at(rows, "seed", members), all) : Map.of());
                }));
        mean = seeds.stream().mapToDouble(StatUtils::mean).toArray();
        scatter = SeedVariance.of(seeds, pools);
    }

    /**
     * Groups results.
     *
     * @param rows one row a training, at hyper-parameters that are chosen; other columns than these and {@code seed} do not count
     * @param value the column of the result; NaN: diverged. Where rows have a {@code status}, it has to say so
     * @param by the columns that name a group; groups with the same first name share their scatter, or all if there is one column
     */
    public static SeededTable of(Table rows, String value, String... by) {
        return new SeededTable(rows, value, false, by);
    }

    /** Groups results whose ratios are compared, such as eigenvalues; what is not positive has no result. */
    public static SeededTable ofRatios(Table rows, String value, String... by) {
        return new SeededTable(rows, value, true, by);
    }

    /** Returns a group that is added in a contrast; numbers as 0.05. */
    public static Term plus(String... group) {
        return new Term(1, List.of(group));
    }

    /** Returns a group that is subtracted in a contrast. */
    public static Term minus(String... group) {
        return new Term(-1, List.of(group));
    }

    /** Returns the rows of each group, groups of a pool one behind the other. */
    private static Map<String, Map<List<String>, List<Integer>>> grouped(Table rows, String... by) {
        Map<String, Map<List<String>, List<Integer>>> out = new LinkedHashMap<>();
        for (int i = 0; i < rows.rowCount(); i++) {
            int row = i;
            List<String> group =
                    Arrays.stream(by).map(column -> label(rows, column, row)).toList();
            out.computeIfAbsent(by.length > 1 ? group.get(0) : "", pool -> new LinkedHashMap<>())
                    .computeIfAbsent(group, name -> new ArrayList<>())
                    .add(row);
        }
        return out;
    }

    private static String label(Table rows, String column, int row) {
        if (rows.column(column) instanceof NumericColumn<?> numbers) {
            double number = numbers.getDouble(row);
            return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
        }
        return rows.stringColumn(column).get(row);
    }

    /** A result that was not measured must not pass for one that diverged. */
    private void requireDiverged(Table rows, List<String> group, List<Integer> members, double... results) {
        for (int i = 0; i < results.length; i++) {
            String status = rows.stringColumn("status").get(members.get(i));
            if (!Double.isFinite(results[i]) && !status.equals("DIVERGED")) {
                throw new IllegalArgumentException("a row of " + String.join(" ", group) + " has no " + value
                        + ", though its status is " + status + "; leave out rows on which it was not measured");
            }
        }
    }

    /** Returns the results by seed; empty where a seed comes twice, which cannot be paired. */
    private static Map<Double, Double> bySeed(double[] seeds, double[] results) {
        Map<Double, Double> out = new HashMap<>();
        for (int i = 0; i < seeds.length; i++) {
            out.put(seeds[i], results[i]);
        }
        return out.size() == seeds.length ? out : Map.of();
    }

    /**
     * Returns the weighted sum of groups' means with the scatter that pools share; seeds count as independent.
     *
     * @throws IllegalArgumentException if a group is not in the table
     */
    public Contrast pooled(Term... terms) {
        int[] places = Arrays.stream(terms).mapToInt(t -> place(t.group)).toArray();
        return pooled(places, Arrays.stream(terms).mapToDouble(Term::weight).toArray());
    }

    /** Returns the weighted sum of the means of groups by place; what has the weight 0 does not count. */
    Contrast pooled(int[] places, double... weights) {
        double estimate = 0;
        double sum = 0;
        double squares = 0;
        double most = 0;
        int fewest = Integer.MAX_VALUE;
        int lost = 0;
        for (int j = 0; j < places.length; j++) {
            int i = places[j];
            double c = weights[j];
            if (c != 0) {
                estimate += c * mean[i];
                double part = c * c * scatter.variance().get(i) / seeds.get(i).length;
                sum += part;
                squares += part * part / scatter.freedom().get(i);
                most = Math.max(most, scatter.freedom().get(i));
                fewest = Math.min(fewest, seeds.get(i).length);
                lost += diverged.get(i);
            }
        }
        boolean isEmpty = fewest == Integer.MAX_VALUE || fewest == 0;
        double error = fewest == 0 ? Double.NaN : Math.sqrt(sum);
        // Welch and Satterthwaite's, but what is pooled is one variance, not several independent ones.
        double freedom = Math.min(most, sum * sum / squares);
        return new Contrast(estimate, error, freedom, isEmpty ? 0 : fewest, lost, isLog);
    }

    /**
     * Returns the mean over seeds of the weighted sum of groups, with the scatter of these sums alone: what a seed's trainings
     * share cancels, but with two or three seeds only differences far above the scatter are seen.
     *
     * @throws IllegalArgumentException if a group is not in the table, or has a seed twice, or the table has no seeds
     */
    public Contrast paired(Term... terms) {
        Set<Double> all = new TreeSet<>();
        for (Term term : terms) {
            Map<Double, Double> results = bySeed.get(place(term.group));
            if (results.isEmpty()) {
                throw new IllegalArgumentException("two rows of " + String.join(" ", term.group)
                        + " and one seed, or no column seed; choose hyper-parameters first");
            }
            all.addAll(results.keySet());
        }
        double[] sums = all.stream()
                .mapToDouble(seed -> Arrays.stream(terms)
                        .mapToDouble(t -> t.weight * bySeed.get(place(t.group)).getOrDefault(seed, Double.NaN))
                        .sum())
                .filter(Double::isFinite)
                .toArray();
        int lost =
                Arrays.stream(terms).mapToInt(t -> diverged.get(place(t.group))).sum();
        double error = sums.length < 2 ? Double.NaN : Math.sqrt(StatUtils.variance(sums) / sums.length);
        return new Contrast(StatUtils.mean(sums), error, sums.length - 1.0, sums.length, lost, isLog);
    }

    /** Returns the place of a group. */
    int place(List<String> group) {
        int place = names.indexOf(group);
        if (place < 0) {
            throw new IllegalArgumentException(
                    "no " + value + " of \"" + String.join(" ", group) + "\" in the table; it has "
                            + names.stream().map(n -> String.join(" ", n)).toList());
        }
        return place;
    }

    /** Returns those of some groups that have a finite result. */
    int[] finite(List<Integer> places) {
        return places.stream()
                .mapToInt(i -> i)
                .filter(i -> seeds.get(i).length > 0)
                .toArray();
    }
}
