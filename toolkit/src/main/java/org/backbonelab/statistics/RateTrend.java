package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.regression.OLSMultipleLinearRegression;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * How the best learning rate moves with the length of training, as the grids of a study show it.
 *
 * <p>Of each network and budget the first seed's losses over the rates are taken, for further seeds see the chosen rate only.
 * Between the best rate and its neighbours a parabola of the loss in log rate has its lowest point: a grid of factors of
 * 2 hides slow trends, the points of the parabolas show them. Published: rates that are flat at first and then fall, sooner
 * for larger networks (NFNets at scale, arXiv 2310.16764, figure 3).
 */
public final class RateTrend {
    private static final double HALF_STEP = 0.5;

    /** Losses by rate, by budget, by network. */
    private final Map<String, NavigableMap<Double, NavigableMap<Double, Double>>> losses = new LinkedHashMap<>();

    /**
     * How fast a best rate moves.
     *
     * @param value change of log rate by log budget
     * @param lo lower end of its 95 % t interval; all NaN where too few best rates lie within their grids
     * @param hi upper end
     * @param budgets how many best rates, of all networks, it rests on
     */
    public record Slope(double value, double lo, double hi, int budgets) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3f [%.3f, %.3f] (%d budgets)", value, lo, hi, budgets);
        }
    }

    private RateTrend() {}

    /**
     * Takes the rows of a study.
     *
     * @param rows with {@code lr} and {@code seed}, all rates that were tried
     * @param loss the column that rates are chosen by, of validation images; NaN where a training diverged
     * @param network the column of the network
     * @param budget the column of the length, such as {@code epochs}
     * @throws IllegalArgumentException if there are no rows
     */
    public static RateTrend of(Table rows, String loss, String network, String budget) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("no rows: expected trainings at several learning rates");
        }
        RateTrend out = new RateTrend();
        double first = rows.numberColumn("seed").min();
        for (int i = 0; i < rows.rowCount(); i++) {
            if (rows.numberColumn("seed").getDouble(i) == first) {
                out.losses
                        .computeIfAbsent(rows.stringColumn(network).get(i), n -> new TreeMap<>())
                        .computeIfAbsent(rows.numberColumn(budget).getDouble(i), b -> new TreeMap<>())
                        .put(
                                rows.numberColumn("lr").getDouble(i),
                                rows.numberColumn(loss).getDouble(i));
            }
        }
        return out;
    }

    /**
     * Returns the choices.
     *
     * @return {@code network}, {@code budget}, {@code lr} (the best of those tried), {@code vertex} (of the parabola), {@code tried}
     *     (how many rates), {@code edge} (1 where no smaller or no larger rate was tried, 0 where the best is inside)
     */
    public Table table() {
        StringColumn network = StringColumn.create("network");
        DoubleColumn budget = DoubleColumn.create("budget");
        DoubleColumn lr = DoubleColumn.create("lr");
        DoubleColumn vertex = DoubleColumn.create("vertex");
        DoubleColumn tried = DoubleColumn.create("tried");
        DoubleColumn edge = DoubleColumn.create("edge");
        losses.forEach((name, budgets) -> budgets.forEach((length, byRate) -> {
            double best = best(byRate);
            network.append(name);
            budget.append(length);
            lr.append(best);
            vertex.append(vertex(byRate));
            tried.append(byRate.size());
            edge.append(best == byRate.firstKey() || best == byRate.lastKey() ? 1 : 0);
        }));
        return Table.create("best learning rates", network, budget, lr, vertex, tried, edge);
    }

    /** Returns the rate of the lowest loss; one that diverged only where all did. */
    private static double best(NavigableMap<Double, Double> byRate) {
        return byRate.entrySet().stream()
                .filter(e -> Double.isFinite(e.getValue()))
                .min(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(byRate.firstKey());
    }

    private static double vertex(NavigableMap<Double, Double> byRate) {
        double best = best(byRate);
        Map.Entry<Double, Double> below = byRate.lowerEntry(best);
        Map.Entry<Double, Double> above = byRate.higherEntry(best);
        if (below == null || above == null) {
            return best;
        }
        double left = below.getValue() - byRate.get(best);
        double right = above.getValue() - byRate.get(best);
        // Neighbours of a geometric grid: the steps to both sides are the same in logarithms.
        double shift = HALF_STEP * (left - right) / (left + right);
        return Double.isFinite(shift) ? best * Math.pow(above.getKey() / best, shift) : best;
    }

    /**
     * Returns how fast the best rate falls: the slope of its logarithm over that of the budget, the same for all networks, each
     * of which has a level of its own; points of parabolas within grids only. NaN where there are too few of them for an error.
     */
    public Slope slope() {
        List<double[]> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        points(null, x, y);
        return last(x, y);
    }

    /**
     * Returns how much faster the best rate falls for larger networks: the change of {@link #slope()} for a network e times
     * as large; below 0 where it falls faster.
     *
     * @param sizes of the networks by name, such as their multiply-adds
     * @throws IllegalArgumentException if a network has no size
     */
    public Slope slopeBySize(Map<String, Double> sizes) {
        losses.keySet().stream().filter(n -> !sizes.containsKey(n)).findFirst().ifPresent(missing -> {
            throw new IllegalArgumentException("no size of network " + missing + "; known are " + sizes.keySet());
        });
        List<double[]> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        points(sizes, x, y);
        return last(x, y);
    }

    /** Fills a regression: a level for each network, the slope, and with sizes its change by size, which stands last. */
    private void points(Map<String, Double> sizes, List<double[]> x, List<Double> y) {
        int networks = losses.size();
        double middle = sizes == null
                ? 0
                : losses.keySet().stream()
                        .mapToDouble(n -> Math.log(sizes.get(n)))
                        .average()
                        .orElse(0);
        int place = 0;
        for (Map.Entry<String, NavigableMap<Double, NavigableMap<Double, Double>>> e : losses.entrySet()) {
            for (Map.Entry<Double, NavigableMap<Double, Double>> budget :
                    e.getValue().entrySet()) {
                double best = best(budget.getValue());
                if (best > budget.getValue().firstKey()
                        && best < budget.getValue().lastKey()) {
                    double[] row = new double[networks + (sizes == null ? 1 : 2)];
                    row[place] = 1;
                    row[networks] = Math.log(budget.getKey());
                    if (sizes != null) {
                        row[networks + 1] = row[networks] * (Math.log(sizes.get(e.getKey())) - middle);
                    }
                    x.add(row);
                    y.add(Math.log(vertex(budget.getValue())));
                }
            }
            place++;
        }
    }

    private static Slope last(List<double[]> x, List<Double> y) {
        int columns = x.isEmpty() ? 0 : x.get(0).length;
        if (x.size() <= columns) {
            return new Slope(Double.NaN, Double.NaN, Double.NaN, x.size());
        }
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.setNoIntercept(true);
        regression.newSampleData(y.stream().mapToDouble(v -> v).toArray(), x.toArray(double[][]::new));
        double[] estimates = regression.estimateRegressionParameters();
        double[] errors = regression.estimateRegressionParametersStandardErrors();
        int at = columns - 1;
        double half = errors[at] * new TDistribution(x.size() - columns).inverseCumulativeProbability(0.975);
        return new Slope(estimates[at], estimates[at] - half, estimates[at] + half, x.size());
    }

    /**
     * Returns what tuning by trend would have found: from the best rate of the smallest budget on, each next budget tries the rate
     * found before and half of it, and keeps the better one.
     *
     * @return {@code network}, {@code budget}, {@code lr}, {@code loss}, {@code excess} (loss over the least of the whole grid,
     *     minus 1; NaN where the rule leads to a rate that was not tried); the first budget of each network is left out
     */
    public Table twoTrials() {
        StringColumn network = StringColumn.create("network");
        DoubleColumn[] numbers = Arrays.stream(new String[] {"budget", "lr", "loss", "excess"})
                .map(DoubleColumn::create)
                .toArray(DoubleColumn[]::new);
        losses.forEach((name, budgets) -> {
            double rate = best(budgets.firstEntry().getValue());
            for (Map.Entry<Double, NavigableMap<Double, Double>> budget :
                    budgets.tailMap(budgets.firstKey(), false).entrySet()) {
                NavigableMap<Double, Double> byRate = budget.getValue();
                double same = byRate.getOrDefault(rate, Double.NaN);
                double half = byRate.getOrDefault(rate / 2, Double.NaN);
                rate = half < same || (Double.isNaN(same) && Double.isFinite(half)) ? rate / 2 : rate;
                double loss = byRate.getOrDefault(rate, Double.NaN);
                network.append(name);
                double[] row = {budget.getKey(), rate, loss, loss / byRate.get(best(byRate)) - 1};
                for (int i = 0; i < row.length; i++) {
                    numbers[i].append(row[i]);
                }
            }
        });
        return Table.create("tuning in two trials", network).addColumns(numbers);
    }
}
