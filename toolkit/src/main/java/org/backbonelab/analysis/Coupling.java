package org.backbonelab.analysis;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.descriptive.rank.Percentile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Backbone-optimizer coupling (BOCB, arXiv 2410.06373): which pairs fail, and how far a backbone's results spread.
 *
 * <p>Tables are long: columns {@code backbone}, {@code optimizer} and an accuracy in percent. A diverged pair has
 * NaN or chance accuracy and fails.
 */
public final class Coupling {
    private Coupling() {}

    /**
     * The paper's rule, equation (1): r fails when r < max(R) - min(Q75(R) - Q25(R), gamma).
     *
     * @param results of one backbone over its optimizers
     * @param gamma 3 for CIFAR-100, 1 for ImageNet
     */
    public static double paperThreshold(double[] results, double gamma) {
        double[] finite = finite(results);
        Percentile quartile = new Percentile().withEstimationType(Percentile.EstimationType.R_7);
        double range = quartile.evaluate(finite, 75) - quartile.evaluate(finite, 25);
        return StatUtils.max(finite) - Math.min(range, gamma);
    }

    /**
     * The practical rule: r fails when r < median(R) - margin.
     *
     * <p>The paper's equation does not give the paper's own marks; with margin 2 this rule gives 49 of its 50, with 2
     * false alarms.
     */
    public static double practicalThreshold(double[] results, double margin) {
        return StatUtils.percentile(finite(results), 50) - margin;
    }

    /**
     * Marks failed pairs.
     *
     * @param means one row a pair: backbone, optimizer, the accuracy
     * @return the same rows with {@code fails_paper} and {@code fails_practical} (1 or 0), and {@code mark}: "▽" where
     *     the practical rule says failed
     */
    public static Table failures(Table means, String accuracy, double gamma, double margin) {
        Map<String, double[]> byBackbone = byBackbone(means, accuracy);
        DoubleColumn paper = DoubleColumn.create("fails_paper");
        DoubleColumn practical = DoubleColumn.create("fails_practical");
        StringColumn mark = StringColumn.create("mark");
        for (Row row : means) {
            double r = row.getDouble(accuracy);
            double[] results = byBackbone.get(row.getString("backbone"));
            boolean one = !(r >= paperThreshold(results, gamma));
            boolean two = !(r >= practicalThreshold(results, margin));
            paper.append(one ? 1 : 0);
            practical.append(two ? 1 : 0);
            mark.append(two ? "▽" : "");
        }
        return means.copy().addColumns(paper, practical, mark);
    }

    /**
     * Returns the spread of each backbone over its optimizers.
     *
     * @return backbone, best, mean, std (population), range (best - worst), {@code range_without_worst}: the range without the
     *     worst, as the paper declares it
     */
    public static Table spread(Table means, String accuracy) {
        StringColumn backbone = StringColumn.create("backbone");
        DoubleColumn best = DoubleColumn.create("best");
        DoubleColumn mean = DoubleColumn.create("mean");
        DoubleColumn std = DoubleColumn.create("std");
        DoubleColumn range = DoubleColumn.create("range");
        DoubleColumn trimmed = DoubleColumn.create("range_without_worst");
        byBackbone(means, accuracy).forEach((name, all) -> {
            double[] r = finite(all);
            Arrays.sort(r);
            backbone.append(name);
            best.append(r[r.length - 1]);
            mean.append(StatUtils.mean(r));
            std.append(Math.sqrt(StatUtils.populationVariance(r)));
            range.append(r[r.length - 1] - r[0]);
            trimmed.append(r.length < 2 ? 0 : r[r.length - 1] - r[1]);
        });
        return Table.create("spread", backbone, best, mean, std, range, trimmed);
    }

    private static Map<String, double[]> byBackbone(Table means, String accuracy) {
        Map<String, double[]> out = new LinkedHashMap<>();
        for (Row row : means) {
            double[] before = out.getOrDefault(row.getString("backbone"), new double[0]);
            double[] after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = row.getDouble(accuracy);
            out.put(row.getString("backbone"), after);
        }
        return out;
    }

    private static double[] finite(double[] values) {
        double[] out = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (out.length == 0) {
            throw new IllegalArgumentException("no finite result, expected one or more");
        }
        return out;
    }
}
