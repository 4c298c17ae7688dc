package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** How far the results of a backbone spread over its optimizers (BOCB, arXiv 2410.06373, last lines of table 1). */
public final class Spread {
    private static final List<String> COLUMNS = List.of(
            "best",
            "mean",
            "std",
            "range",
            "mean_without_worst",
            "std_without_worst",
            "range_without_worst",
            "mean_trimmed",
            "std_trimmed");

    private static final int TRIMMED_FROM = 4;
    private static final int DRAWS = 2000;

    private Spread() {}

    /**
     * Returns the spread of each backbone over its optimizers, in three readings.
     *
     * <p>The paper declares the second; what it prints is the mean and standard deviation of the third and the range of
     * the second. Standard deviations are those of a population. Diverged pairs are left out.
     *
     * @param means one row a pair: backbone, optimizer, the accuracy (NaN: diverged)
     * @return backbone, {@code best}, then {@code mean, std, range} of all results; {@code mean_without_worst,
     *     std_without_worst, range_without_worst}; {@code mean_trimmed, std_trimmed} without the worst and the two best,
     *     NaN for fewer than four results; all NaN where every pair diverged
     */
    public static Table table(Table means, String accuracy) {
        StringColumn backbone = StringColumn.create("backbone");
        List<DoubleColumn> columns = COLUMNS.stream().map(DoubleColumn::create).toList();
        GroupBy.finite(means, "backbone", accuracy).forEach((name, finite) -> {
            double[] numbers = numbers(finite);
            backbone.append(name);
            for (int i = 0; i < numbers.length; i++) {
                columns.get(i).append(numbers[i]);
            }
        });
        return Table.create("spread", backbone).addColumns(columns.toArray(new DoubleColumn[0]));
    }

    /** Returns the numbers in the order of the columns. */
    private static double[] numbers(double... results) {
        if (results.length == 0) {
            double[] none = new double[COLUMNS.size()];
            Arrays.fill(none, Double.NaN);
            return none;
        }
        double[] r = results.clone();
        Arrays.sort(r);
        double[] rest = r.length < 2 ? r : Arrays.copyOfRange(r, 1, r.length);
        double[] trimmed = r.length < TRIMMED_FROM ? new double[0] : Arrays.copyOfRange(r, 1, r.length - 2);
        double best = r[r.length - 1];
        return new double[] {
            best,
            StatUtils.mean(r),
            std(r),
            best - r[0],
            StatUtils.mean(rest),
            std(rest),
            best - rest[0],
            StatUtils.mean(trimmed),
            std(trimmed)
        };
    }

    private static double std(double[] values) {
        return Math.sqrt(StatUtils.populationVariance(values));
    }

    private static double rangeWithoutWorst(double... results) {
        return numbers(results)[COLUMNS.indexOf("range_without_worst")];
    }

    /**
     * Returns the range of each backbone without its worst optimizer, with a 95 % interval over seeds.
     *
     * <p>The scatter of seeds makes a range look larger than it is. The interval is that of 2000 resamplings of seeds (as in
     * {@link Coupling#coupled}): their deviation times Student's quantile, moved by their bias, so it may lie beside the range
     * that was seen. With two seeds it holds the true range in 93 of 100 cases, in 89 where optimizers differ by no more than
     * seeds do. Pairs of which a seed diverged are left out, as in {@link #table}.
     *
     * @param rows one row a training at the chosen hyper-parameters: backbone, optimizer, the accuracy (NaN: diverged)
     * @return backbone, {@code range} (as seen), {@code lo}, {@code hi}; NaN where no pair has two seeds
     */
    public static Table ranges(Table rows, String accuracy) {
        SeededTable all = SeededTable.of(rows, accuracy, "backbone", "optimizer");
        Table out = Table.create(
                "range without the worst",
                StringColumn.create("backbone"),
                DoubleColumn.create("range"),
                DoubleColumn.create("lo"),
                DoubleColumn.create("hi"));
        for (String backbone : all.pools.keySet()) {
            Contrast range = range(all, backbone);
            out.stringColumn("backbone").append(backbone);
            out.doubleColumn("range").append(seen(all, backbone));
            out.doubleColumn("lo").append(range.lo());
            out.doubleColumn("hi").append(range.hi());
        }
        return out;
    }

    /**
     * Compares the ranges of two backbones without their worst optimizer, as {@link #ranges} has them.
     *
     * @return range of {@code wide} minus that of {@code narrow}, freed of the bias
     * @throws IllegalArgumentException if a backbone has no row
     */
    public static Contrast rangeDifference(Table rows, String accuracy, String wide, String narrow) {
        SeededTable all = SeededTable.of(rows, accuracy, "backbone", "optimizer");
        Contrast a = range(all, wide);
        Contrast b = range(all, narrow);
        // Draws of two backbones are independent; of unequal degrees of freedom the fewer count.
        return new Contrast(
                a.estimate() - b.estimate(),
                Math.hypot(a.error(), b.error()),
                Math.min(a.freedom(), b.freedom()),
                Math.min(a.seeds(), b.seeds()),
                0,
                false);
    }

    /** Returns the range of the means. */
    private static double seen(SeededTable all, String backbone) {
        return rangeWithoutWorst(Arrays.stream(places(all, backbone))
                .mapToDouble(i -> all.mean[i])
                .toArray());
    }

    /** Returns the range freed of its bias. */
    private static Contrast range(SeededTable all, String backbone) {
        int[] places = places(all, backbone);
        double[] drawn = Arrays.stream(
                        new SeedBootstrap(all, places).means(DRAWS, Seeds.stream(0, "range of " + backbone)))
                .mapToDouble(Spread::rangeWithoutWorst)
                .toArray();
        int seeds =
                Arrays.stream(places).map(i -> all.seeds.get(i).length).min().orElse(0);
        double seen = seen(all, backbone);
        if (drawn.length == 0) {
            return new Contrast(seen, Double.NaN, Double.NaN, seeds, 0, false);
        }
        int freedom =
                Arrays.stream(places).map(i -> all.seeds.get(i).length - 1).sum();
        double error = Math.sqrt(StatUtils.variance(drawn));
        return new Contrast(2 * seen - StatUtils.mean(drawn), error, freedom, seeds, 0, false);
    }

    private static int[] places(SeededTable all, String backbone) {
        if (!all.pools.containsKey(backbone)) {
            throw new IllegalArgumentException(
                    "no result of backbone " + backbone + "; expected one of " + String.join(" ", all.pools.keySet()));
        }
        return all.pools.get(backbone).stream()
                .filter(i -> all.diverged.get(i) == 0)
                .mapToInt(i -> i)
                .toArray();
    }
}
