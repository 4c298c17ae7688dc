package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.backbonelab.results.Goal;
import org.backbonelab.results.Select;
import org.hipparchus.util.CombinatoricsUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What an optimizer gives for so many trials of tuning, not only at its best (Dodge et al., arXiv 1909.03004).
 *
 * <p>A trial is a training at one point of the search space. Of K stored trials, n are thought of as drawn at random without
 * replacement; the one with the best validation result is kept (of equal ones any, by chance), and its test result is what one has. The expectation over all
 * draws follows from the order of the trials, with no resampling: the i-th best is kept by (K - i choose n - 1) of the (K choose
 * n) draws. Dodge et al. draw with replacement, which is biased (Tang et al., arXiv 2004.12462); this is not.
 *
 * <p>What comes out depends on the search space, so it has to be the same for all: the same factors of each optimizer's default.
 */
public final class TuningBudget {
    private TuningBudget() {}

    /**
     * Returns the expected test result of the best of n trials.
     *
     * @param validation result of each trial; NaN: diverged, worse than all
     * @param test result of each trial
     * @param chance what a diverged trial is worth on test images, such as the accuracy of guessing
     * @param goal what counts as better
     * @param n trials drawn, 1 to as many as there are
     */
    public static double expected(double[] validation, double[] test, double chance, Goal goal, int n) {
        int k = validation.length;
        if (test.length != k || n < 1 || n > k) {
            throw new IllegalArgumentException(n + " trials of " + k + " with " + test.length
                    + " test results, expected at least 1 and at most all of them, and as many test results");
        }
        List<Integer> order = IntStream.range(0, k)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -goal.score(validation[i])))
                .toList();
        double sum = 0;
        for (int rank = 0; rank <= k - n; rank++) {
            double score = goal.score(validation[order.get(rank)]);
            // Of trials that are equally good on validation images any one may be kept: that is their mean, by
            // symmetry.
            double result = IntStream.range(0, k)
                    .filter(i -> goal.score(validation[i]) == score)
                    .mapToDouble(i -> Double.isNaN(validation[i]) || Double.isNaN(test[i]) ? chance : test[i])
                    .average()
                    .orElseThrow();
            sum += CombinatoricsUtils.binomialCoefficientDouble(k - rank - 1, n - 1) * result;
        }
        return sum / CombinatoricsUtils.binomialCoefficientDouble(k, n);
    }

    /**
     * Returns the curve of every pair.
     *
     * @param trials one row a trial, all of one seed and of the same search space: backbone, optimizer and the two results
     * @param by column of the validation result, such as {@code val_top1}
     * @param result column of the test result
     * @param chance what a diverged trial is worth
     * @param budgets numbers of trials; those that a pair does not have are left out
     * @return backbone, optimizer, {@code trials}, and the expected result by the name of its column
     */
    public static Table curves(Table trials, String by, String result, double chance, int... budgets) {
        Map<List<String>, List<Row>> pairs = new LinkedHashMap<>();
        for (int i = 0; i < trials.rowCount(); i++) {
            Row row = trials.row(i);
            pairs.computeIfAbsent(
                            List.of(row.getString("backbone"), row.getString("optimizer")), k -> new ArrayList<>())
                    .add(row);
        }
        StringColumn backbone = StringColumn.create("backbone");
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn n = DoubleColumn.create("trials");
        DoubleColumn expected = DoubleColumn.create(result);
        pairs.forEach((pair, rows) -> {
            double[] validation =
                    rows.stream().mapToDouble(r -> r.getDouble(by)).toArray();
            double[] test = rows.stream().mapToDouble(r -> r.getDouble(result)).toArray();
            for (int budget : budgets) {
                if (budget <= rows.size()) {
                    backbone.append(pair.get(0));
                    optimizer.append(pair.get(1));
                    n.append(budget);
                    expected.append(expected(validation, test, chance, new Goal(by), budget));
                }
            }
        });
        return Table.create("expected best of n trials", backbone, optimizer, n, expected);
    }

    /**
     * Ranks the optimizers for each budget, by the mean over backbones of their gap to the median optimizer of the backbone and
     * budget.
     *
     * <p>The intervals are Student's over backbones, which stand for other backbones of their kind; they are not corrected for the
     * number of optimizers.
     *
     * @param curves of {@link #curves}
     * @param result the column of the result
     * @return optimizer, {@code trials}, {@code gap}, {@code lo}, {@code hi} (95 %), {@code n} backbones, {@code rank} (1 is best)
     */
    public static Table ranking(Table curves, String result) {
        Map<List<Object>, DoubleColumn> columns = new HashMap<>();
        for (Row row : curves) {
            columns.computeIfAbsent(column(row), key -> DoubleColumn.create(result))
                    .append(row.getDouble(result));
        }
        Table gaps = curves.copy();
        gaps.addColumns(DoubleColumn.create(
                "gap",
                curves.stream()
                        .mapToDouble(r ->
                                r.getDouble(result) - columns.get(column(r)).median())));
        Table out = Select.mean(gaps, "gap", "optimizer", "trials");
        DoubleColumn rank = DoubleColumn.create("rank");
        for (Row row : out) {
            Table rivals = out.where(out.doubleColumn("trials").isEqualTo(row.getDouble("trials")));
            double better = rivals.doubleColumn("gap")
                    .isGreaterThan(row.getDouble("gap"))
                    .size();
            rank.append(better + 1);
        }
        return out.addColumns(rank).setName("gap to the median optimizer by budget");
    }

    /** Names the optimizers that stand beside each other: those of a backbone and budget. */
    private static List<Object> column(Row row) {
        return List.of(row.getString("backbone"), row.getDouble("trials"));
    }
}
