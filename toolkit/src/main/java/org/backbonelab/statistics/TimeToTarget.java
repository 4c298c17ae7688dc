package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * How much training it takes to reach a target on validation images, in the spirit of AlgoPerf (Dahl et al., arXiv 2306.07179).
 *
 * <p>A curve is the long form of a series such as {@code val_top1_curve}: one row an evaluation, with {@code backbone}, {@code
 * optimizer}, {@code seed}, {@code index} (0 for the first evaluation) and {@code value}, where evaluations are equally far apart.
 * Trainings come as rows of their own, since one that diverged before its first evaluation has no curve.
 */
public final class TimeToTarget {
    private TimeToTarget() {}

    /**
     * Returns the target of each backbone: what the best optimizer of a panel reaches at the end, in the median over its seeds.
     *
     * <p>A seed that ended early or at NaN has diverged and reaches nothing.
     *
     * @param rows one row a training at the chosen hyper-parameters: backbone, optimizer, seed
     * @param curves of these trainings
     * @param panel optimizers that set the targets, chosen before the data were seen
     * @return backbone, {@code target}; NaN where none of the panel has a median
     */
    public static Table targets(Table rows, Table curves, String... panel) {
        List<String> wanted = List.of(panel);
        Map<String, Double> best = new LinkedHashMap<>();
        ends(rows, curves).forEach((pair, ends) -> {
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
     * @param rows one row a training, as for {@link #targets}
     * @param curves of these trainings
     * @param targets of {@link #targets}
     * @return backbone, optimizer, seed, {@code evaluations} (infinite where the target is not reached)
     */
    public static Table of(Table rows, Table curves, Table targets) {
        Map<String, Double> target = new LinkedHashMap<>();
        for (Row row : targets) {
            target.put(row.getString("backbone"), row.getDouble("target"));
        }
        StringColumn backbone = StringColumn.create("backbone");
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn seed = DoubleColumn.create("seed");
        DoubleColumn evaluations = DoubleColumn.create("evaluations");
        trainings(rows, curves).forEach((training, curve) -> {
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

    private static Map<List<String>, List<Double>> ends(Table rows, Table curves) {
        Map<List<String>, double[]> all = trainings(rows, curves);
        int most = all.values().stream().mapToInt(curve -> curve.length).max().orElse(0);
        Map<List<String>, List<Double>> out = new LinkedHashMap<>();
        all.forEach((training, curve) -> {
            double end = curve.length < most || most == 0 ? Double.NaN : curve[most - 1];
            out.computeIfAbsent(training.subList(0, 2), key -> new ArrayList<>())
                    .add(Double.isNaN(end) ? Double.NEGATIVE_INFINITY : end);
        });
        return out;
    }

    private static Map<List<String>, double[]> trainings(Table rows, Table curves) {
        Map<List<String>, List<Row>> points = new LinkedHashMap<>();
        for (int i = 0; i < rows.rowCount(); i++) {
            List<String> training = training(rows.row(i));
            if (points.put(training, new ArrayList<>()) != null) {
                throw new IllegalArgumentException(
                        "two trainings of " + String.join(" ", training) + "; choose hyper-parameters first");
            }
        }
        for (int i = 0; i < curves.rowCount(); i++) {
            Row row = curves.row(i);
            if (points.containsKey(training(row))) {
                points.get(training(row)).add(row);
            }
        }
        Map<List<String>, double[]> out = new LinkedHashMap<>();
        points.forEach((training, of) -> out.put(training, values(training, of)));
        return out;
    }

    private static List<String> training(Row row) {
        return List.of(row.getString("backbone"), row.getString("optimizer"), Double.toString(row.getDouble("seed")));
    }

    private static double[] values(List<String> training, List<Row> points) {
        double[] index =
                points.stream().mapToDouble(p -> p.getDouble("index")).sorted().toArray();
        for (int i = 0; i < index.length; i++) {
            if (index[i] != i) {
                throw new IllegalArgumentException(
                        "the curve of " + String.join(" ", training) + " has the evaluations " + Arrays.toString(index)
                                + ", expected each of 0 to " + (index.length - 1) + " once");
            }
        }
        double[] out = new double[index.length];
        points.forEach(p -> out[(int) p.getDouble("index")] = p.getDouble("value"));
        return out;
    }
}
