package org.backbonelab.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Paired t tests of two optimizers on every backbone; see {@link Coupling#paired}. */
final class PairedSeeds {
    private static final double ALPHA = 0.05;

    private PairedSeeds() {}

    static Table table(Table rows, String value, String a, String b) {
        List<String> backbones = new ArrayList<>();
        List<double[]> differences = new ArrayList<>();
        Groups.rows(rows, "backbone").forEach((name, ofBackbone) -> {
            Map<Double, Double> one = bySeed(rows, ofBackbone, a, value);
            Map<Double, Double> other = bySeed(rows, ofBackbone, b, value);
            double[] pairs = one.keySet().stream()
                    .sorted()
                    .filter(other::containsKey)
                    .mapToDouble(seed -> one.get(seed) - other.get(seed))
                    .filter(Double::isFinite)
                    .toArray();
            if (pairs.length > 0) {
                backbones.add(name);
                differences.add(pairs);
            }
        });
        if (backbones.isEmpty()) {
            throw new IllegalArgumentException(
                    "no backbone has finite " + value + " of " + a + " and " + b + " with the same seed");
        }
        return tested(backbones, differences, a, b);
    }

    private static Map<Double, Double> bySeed(Table rows, List<Integer> members, String optimizer, String value) {
        return members.stream()
                .filter(i -> Objects.equals(rows.stringColumn("optimizer").get(i), optimizer))
                .collect(Collectors.toMap(
                        i -> rows.numberColumn("seed").getDouble(i),
                        i -> rows.numberColumn(value).getDouble(i),
                        (first, second) -> {
                            throw new IllegalArgumentException("two rows of one backbone, " + optimizer
                                    + " and one seed; choose hyper-parameters first");
                        }));
    }

    private static Table tested(List<String> backbones, List<double[]> differences, String a, String b) {
        double[] mean = differences.stream().mapToDouble(StatUtils::mean).toArray();
        double[] error = differences.stream()
                .mapToDouble(d -> d.length < 2 ? Double.NaN : Math.sqrt(StatUtils.variance(d) / d.length))
                .toArray();
        double[] p = IntStream.range(0, mean.length)
                .mapToDouble(i -> error[i] > 0
                        ? 2 * student(differences.get(i)).cumulativeProbability(-Math.abs(mean[i]) / error[i])
                        : Double.NaN)
                .toArray();
        int testable = (int) IntStream.range(0, p.length).filter(i -> p[i] >= 0).count();
        Correction.Corrected holm = Correction.HOLM.of(p, testable, ALPHA);
        DoubleColumn lo = DoubleColumn.create("lo");
        DoubleColumn hi = DoubleColumn.create("hi");
        StringColumn better = StringColumn.create("better");
        for (int i = 0; i < mean.length; i++) {
            double half = Double.isNaN(p[i])
                    ? Double.NaN
                    : error[i] * student(differences.get(i)).inverseCumulativeProbability(1 - holm.level[i] / 2);
            lo.append(mean[i] - half);
            hi.append(mean[i] + half);
            better.append(mean[i] - half > 0 ? a : mean[i] + half < 0 ? b : "open");
        }
        return Table.create(a + " - " + b)
                .addColumns(StringColumn.create("backbone", backbones))
                .addColumns(DoubleColumn.create(
                        "n", differences.stream().mapToDouble(d -> d.length).toArray()))
                .addColumns(DoubleColumn.create("difference", mean), lo, hi)
                .addColumns(DoubleColumn.create("p_adjusted", holm.adjusted), better);
    }

    private static TDistribution student(double[] differences) {
        return new TDistribution(differences.length - 1);
    }
}
