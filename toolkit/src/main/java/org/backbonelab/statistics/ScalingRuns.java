package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.backbonelab.results.Select;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The runs of a scaling study: networks of several sizes, each trained at several budgets, perhaps with several seeds.
 *
 * <p>Rows of one network and one compute are seeds of one setting, which has the mean of their losses. As everywhere in the toolkit a
 * setting of which a seed diverged has no mean, for the seeds that happened not to diverge are its luckier part: it is left out, and
 * counted. All numbers have to be positive; losses are in nats, compute in any unit.
 */
public final class ScalingRuns {
    /** The columns' names: network, compute, loss. */
    final String[] columns;
    /** The network of each setting; settings of a network stand together, by rising compute. */
    final List<String> network;
    /** The compute of each setting. */
    final double[] x;
    /** The losses of each setting, one a seed. */
    final double[][] seeds;
    /** The mean loss of each setting. */
    final double[] y;
    /** The size of each setting's network, and the images it saw; empty if no columns were named. */
    final double[] size;

    final double[] images;
    private final int leftOut;

    private ScalingRuns(
            String[] columns,
            List<String> network,
            double[] x,
            double[][] seeds,
            double[] size,
            double[] images,
            int leftOut) {
        this.columns = columns;
        this.network = network;
        this.x = x;
        this.seeds = seeds;
        this.y = Arrays.stream(seeds)
                .mapToDouble(s -> Arrays.stream(s).average().orElseThrow())
                .toArray();
        this.size = size;
        this.images = images;
        this.leftOut = leftOut;
    }

    /**
     * Takes runs of which the compute is known: enough for {@link FrontierFit}.
     *
     * @param rows one row a run, at hyper-parameters that are chosen
     * @param network the column of the network's name
     * @param compute the column of the run's whole cost, such as {@code core_hours}
     * @param loss the column of its loss; NaN where it diverged
     * @throws IllegalArgumentException if a column is missing or a number is not positive, or all runs diverged
     */
    public static ScalingRuns of(Table rows, String network, String compute, String loss) {
        return read(rows, new String[] {network, compute, loss});
    }

    /**
     * Takes runs of which also the size and the data are known: for {@link ScalingSurface}, {@link Envelope}, {@link IsoFlop}.
     *
     * @param size the column of the network's size, such as {@code params}
     * @param images the column of the images seen, repeats included
     */
    public static ScalingRuns of(Table rows, String network, String compute, String loss, String size, String images) {
        return read(rows, new String[] {network, compute, loss, size, images});
    }

    private static ScalingRuns read(Table rows, String... columns) {
        for (String column : columns) {
            if (!rows.containsColumn(column)) {
                throw new IllegalArgumentException(
                        "no column \"" + column + "\" among the runs; they have " + rows.columnNames());
            }
        }
        Map<String, TreeMap<Double, List<Integer>>> settings = new LinkedHashMap<>();
        GroupBy.rows(rows, columns[0])
                .forEach((name, members) -> members.forEach(i -> settings.computeIfAbsent(name, key -> new TreeMap<>())
                        .merge(positive(rows, columns[1], i), List.of(i), ScalingRuns::joined)));
        List<List<Integer>> all =
                settings.values().stream().flatMap(m -> m.values().stream()).toList();
        List<List<Integer>> kept = all.stream()
                .filter(members -> members.stream()
                        .allMatch(i ->
                                Double.isFinite(rows.numberColumn(columns[2]).getDouble(i))))
                .toList();
        int runs = kept.stream().mapToInt(List::size).sum();
        if (kept.isEmpty()) {
            throw new IllegalArgumentException("none of " + rows.rowCount() + " runs has a finite " + columns[2]
                    + "; a scaling law needs runs that did not diverge");
        }
        return new ScalingRuns(
                columns,
                kept.stream()
                        .map(m -> rows.stringColumn(columns[0]).get(m.get(0)))
                        .toList(),
                firsts(rows, columns, 1, kept),
                kept.stream()
                        .map(m -> m.stream()
                                .mapToDouble(i -> positive(rows, columns[2], i))
                                .toArray())
                        .toArray(double[][]::new),
                firsts(rows, columns, 3, kept),
                firsts(rows, columns, 4, kept),
                rows.rowCount() - runs);
    }

    private static List<Integer> joined(List<Integer> a, List<Integer> b) {
        return IntStream.concat(a.stream().mapToInt(i -> i), b.stream().mapToInt(i -> i))
                .boxed()
                .toList();
    }

    private static double[] firsts(Table rows, String[] columns, int column, List<List<Integer>> settings) {
        return column >= columns.length
                ? new double[0]
                : settings.stream()
                        .mapToDouble(m -> positive(rows, columns[column], m.get(0)))
                        .toArray();
    }

    private static double positive(Table rows, String column, int row) {
        double value = rows.numberColumn(column).getDouble(row);
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(column + " " + value + " in row " + row
                    + ": expected a positive finite number, since logarithms are fitted");
        }
        return value;
    }

    /** Returns how many runs were left out: those that diverged, and the other seeds of their settings. */
    public int leftOut() {
        return leftOut;
    }

    /** Returns how many settings (network and compute) have a loss. */
    public int settings() {
        return x.length;
    }

    /** Returns the settings by network and compute: columns network, compute and loss by their own names, the loss a mean over seeds. */
    public Table table() {
        return Table.create(
                "runs",
                StringColumn.create(columns[0], network),
                DoubleColumn.create(columns[1], x),
                DoubleColumn.create(columns[2], y));
    }

    /** Returns the settings that are better than all cheaper ones, by rising compute, as {@link #table()}. */
    public Table frontier() {
        return Select.frontier(table(), columns[1], columns[2]);
    }

    /** Returns the same settings with other losses. */
    ScalingRuns with(double[]... losses) {
        return new ScalingRuns(columns, network, x, losses, size, images, leftOut);
    }

    /** Returns some of the settings. */
    ScalingRuns at(int... places) {
        return new ScalingRuns(
                columns,
                Arrays.stream(places).mapToObj(network::get).toList(),
                pick(x, places),
                Arrays.stream(places).mapToObj(i -> seeds[i]).toArray(double[][]::new),
                pick(size, places),
                pick(images, places),
                leftOut);
    }

    private static double[] pick(double[] values, int... places) {
        return values.length == 0
                ? values
                : Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
    }

    /** Returns the first setting of each network, and one past the last of all. */
    int[] borders() {
        return IntStream.rangeClosed(0, x.length)
                .filter(i -> i == 0 || i == x.length || !network.get(i).equals(network.get(i - 1)))
                .toArray();
    }

    /** Refuses runs without size and images. */
    ScalingRuns requireSizes(String who) {
        if (size.length == 0) {
            throw new IllegalArgumentException(
                    who + " needs the columns of size and images; name all five in ScalingRuns.of");
        }
        return this;
    }

    /** Says what the runs are, as recipes print it. */
    String described() {
        return x.length + " settings of " + (borders().length - 1) + " networks, "
                + Arrays.stream(seeds).mapToInt(s -> s.length).sum() + " runs"
                + (leftOut == 0 ? "" : ", " + leftOut + " more left out (diverged, or the seeds beside one that did)");
    }
}
