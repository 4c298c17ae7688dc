package org.backbonelab.analysis;

import java.util.Arrays;
import java.util.List;
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
 * NaN or chance accuracy and fails. {@link PublishedBocb} has the paper's tables in this form.
 */
public final class Coupling {
    private static final int TOP = 4;

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
     * Marks pairs as the paper's tables do, failures by the practical rule.
     *
     * @param means one row a pair: backbone, optimizer, the accuracy
     * @return the same rows with {@code fails_paper} and {@code fails_practical} (1 or 0), and {@code mark}, in the place
     *     of a column of this name: "★" best, "▲" among the best four, "▽" failed, "✗" failed and worst of its backbone
     */
    public static Table failures(Table means, String accuracy, double gamma, double margin) {
        Map<String, double[]> byBackbone = Groups.values(means, "backbone", accuracy);
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
            mark.append(mark(r, results, two));
        }
        Table out = means.copy();
        if (out.containsColumn("mark")) {
            out.removeColumns("mark");
        }
        return out.addColumns(paper, practical, mark);
    }

    private static String mark(double r, double[] results, boolean fails) {
        if (fails) {
            return r > StatUtils.min(finite(results)) ? "▽" : "✗";
        }
        long better = Arrays.stream(results).filter(other -> other > r).count();
        return better == 0 ? "★" : better < TOP ? "▲" : "";
    }

    /**
     * Returns the spread of each backbone over its optimizers, in three readings.
     *
     * <p>The paper declares the second; what it prints is the mean and standard deviation of the third and the range of
     * the second. Standard deviations are those of a population. Diverged pairs are left out.
     *
     * @return backbone, {@code best}, then {@code mean, std, range} of all results; {@code mean_without_worst,
     *     std_without_worst, range_without_worst}; {@code mean_trimmed, std_trimmed} without the worst and the two best,
     *     NaN for fewer than four results
     */
    public static Table spread(Table means, String accuracy) {
        StringColumn backbone = StringColumn.create("backbone");
        List<DoubleColumn> columns = List.of(
                DoubleColumn.create("best"),
                DoubleColumn.create("mean"),
                DoubleColumn.create("std"),
                DoubleColumn.create("range"),
                DoubleColumn.create("mean_without_worst"),
                DoubleColumn.create("std_without_worst"),
                DoubleColumn.create("range_without_worst"),
                DoubleColumn.create("mean_trimmed"),
                DoubleColumn.create("std_trimmed"));
        Groups.values(means, "backbone", accuracy).forEach((name, all) -> {
            double[] r = finite(all);
            Arrays.sort(r);
            double[] rest = r.length < 2 ? r : Arrays.copyOfRange(r, 1, r.length);
            double[] trimmed = r.length < TOP ? new double[0] : Arrays.copyOfRange(r, 1, r.length - 2);
            double best = r[r.length - 1];
            backbone.append(name);
            double[] numbers = {
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
            for (int i = 0; i < numbers.length; i++) {
                columns.get(i).append(numbers[i]);
            }
        });
        return Table.create("spread", backbone).addColumns(columns.toArray(new DoubleColumn[0]));
    }

    private static double std(double[] values) {
        return Math.sqrt(StatUtils.populationVariance(values));
    }

    private static double[] finite(double[] values) {
        double[] out = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (out.length == 0) {
            throw new IllegalArgumentException("no finite result, expected one or more");
        }
        return out;
    }
}
