package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
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
        List<SeedPairs.Difference> all = differences.stream()
                .map(d -> new SeedPairs.Difference(
                        StatUtils.mean(d),
                        d.length < 2 ? Double.NaN : Math.sqrt(StatUtils.variance(d) / d.length),
                        d.length - 1.0))
                .toList();
        double[] n = differences.stream().mapToDouble(d -> d.length).toArray();
        return tested(backbones, n, all, a + " - " + b, a, b);
    }

    /** Tests differences of a and b, one a backbone, with Holm's correction. */
    static Table tested(
            List<String> backbones, double[] n, List<SeedPairs.Difference> all, String title, String a, String b) {
        double[] p = all.stream()
                .mapToDouble(d -> d.error() > 0
                        ? 2 * new TDistribution(d.freedom()).cumulativeProbability(-Math.abs(d.mean()) / d.error())
                        : Double.NaN)
                .toArray();
        int testable = (int) Arrays.stream(p).filter(Double::isFinite).count();
        Correction.Corrected holm = Correction.HOLM.of(p, testable, ALPHA);
        DoubleColumn difference = DoubleColumn.create("difference");
        DoubleColumn lo = DoubleColumn.create("lo");
        DoubleColumn hi = DoubleColumn.create("hi");
        StringColumn better = StringColumn.create("better");
        for (int i = 0; i < p.length; i++) {
            SeedPairs.Difference d = all.get(i);
            double half = Double.isNaN(p[i])
                    ? Double.NaN
                    : d.error() * new TDistribution(d.freedom()).inverseCumulativeProbability(1 - holm.level[i] / 2);
            difference.append(d.mean());
            lo.append(d.mean() - half);
            hi.append(d.mean() + half);
            better.append(d.mean() - half > 0 ? a : d.mean() + half < 0 ? b : "open");
        }
        return Table.create(title)
                .addColumns(StringColumn.create("backbone", backbones), DoubleColumn.create("n", n))
                .addColumns(difference, lo, hi, DoubleColumn.create("p_adjusted", holm.adjusted), better);
    }
}
