package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * How much training it takes to reach a target on validation images, in the spirit of AlgoPerf (Dahl et al., arXiv 2306.07179).
 *
 * <p>A curve is the long form of a series such as {@code val_top1_curve}: one row an evaluation, with {@code backbone}, {@code
 * optimizer}, {@code seed}, {@code index} (0 for the first evaluation) and {@code value}, where evaluations are equally far apart.
 */
public final class TimeToTarget {
    private TimeToTarget() {}

    /**
     * Returns the target of each backbone: what the best optimizer of a panel reaches at the end, in the median over its seeds.
     *
     * <p>A seed that ended early or at NaN has diverged and reaches nothing.
     *
     * @param curves at the chosen hyper-parameters
     * @param panel optimizers that set the targets, chosen before the data were seen
     * @return backbone, {@code target}; NaN where none of the panel has a median
     */
    public static Table targets(Table curves, String... panel) {
        List<String> wanted = List.of(panel);
        Map<String, Double> best = new LinkedHashMap<>();
        ends(curves).forEach((pair, ends) -> {
            if (wanted.contains(pair.get(1))) {
                double[] all = ends.stream().mapToDouble(v -> v).toArray();
                best.merge(pair.get(0), median(all), (a, b) -> b > a || Double.isNaN(a) ? b : a);
            }
        });
        best.replaceAll((backbone, target) -> Double.isInfinite(target) ? Double.NaN : target);
        return Table.create(
                "targets",
                StringColumn.create("backbone", best.keySet()),
                DoubleColumn.create("target", List.copyOf(best.values())));
    }

    /**
     * Returns after how many evaluations each training reaches its backbone's target: between two of them by linear
     * interpolation, and before the first one at the first one.
     *
     * @param targets of {@link #targets}
     * @return backbone, optimizer, seed, {@code evaluations} (infinite where the target is not reached)
     */
    public static Table of(Table curves, Table targets) {
        Map<String, Double> target = new LinkedHashMap<>();
        for (Row row : targets) {
            target.put(row.getString("backbone"), row.getDouble("target"));
        }
        StringColumn backbone = StringColumn.create("backbone");
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn seed = DoubleColumn.create("seed");
        DoubleColumn evaluations = DoubleColumn.create("evaluations");
        trainings(curves).forEach((training, curve) -> {
            backbone.append(training.get(0));
            optimizer.append(training.get(1));
            seed.append(Double.parseDouble(training.get(2)));
            evaluations.append(crossing(curve, target.getOrDefault(training.get(0), Double.NaN)));
        });
        return Table.create("evaluations to the target", backbone, optimizer, seed, evaluations);
    }

    /** Returns the median; of an even number the larger one of the middle, which is defined where one of them is infinite. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    private static double crossing(double[] curve, double target) {
        for (int i = 0; i < curve.length; i++) {
            if (curve[i] >= target) {
                return i == 0 ? 1 : i + (target - curve[i - 1]) / (curve[i] - curve[i - 1]);
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    private static Map<List<String>, List<Double>> ends(Table curves) {
        Map<List<String>, double[]> all = trainings(curves);
        int most = all.values().stream().mapToInt(curve -> curve.length).max().orElse(0);
        Map<List<String>, List<Double>> out = new LinkedHashMap<>();
        all.forEach((training, curve) -> {
            double end = curve.length < most ? Double.NaN : curve[most - 1];
            out.computeIfAbsent(training.subList(0, 2), key -> new ArrayList<>())
                    .add(Double.isNaN(end) ? Double.NEGATIVE_INFINITY : end);
        });
        return out;
    }

    private static Map<List<String>, double[]> trainings(Table curves) {
        Map<List<String>, List<Row>> rows = new LinkedHashMap<>();
        for (int i = 0; i < curves.rowCount(); i++) {
            Row row = curves.row(i);
            rows.computeIfAbsent(
                            List.of(
                                    row.getString("backbone"),
                                    row.getString("optimizer"),
                                    Double.toString(row.getDouble("seed"))),
                            key -> new ArrayList<>())
                    .add(row);
        }
        Map<List<String>, double[]> out = new LinkedHashMap<>();
        rows.forEach((training, points) -> {
            double[] index =
                    points.stream().mapToDouble(p -> p.getDouble("index")).toArray();
            if (StatUtils.max(index) != index.length - 1
                    || Arrays.stream(index).distinct().count() != index.length) {
                throw new IllegalArgumentException(
                        "the curve of " + String.join(" ", training) + " has the evaluations "
                                + Arrays.toString(index) + ", expected each of 0 to " + (index.length - 1)
                                + " once; choose hyper-parameters first");
            }
            double[] values = new double[index.length];
            points.forEach(p -> values[(int) p.getDouble("index")] = p.getDouble("value"));
            out.put(training, values);
        });
        return out;
    }
}
