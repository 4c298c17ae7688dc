package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.results.Intervals;
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
    /** By how many percentage points the practical rule and {@link #coupled} let a pair fall behind. */
    static final double MARGIN = 2;

    private static final int TOP = 4;
    private static final int DRAWS = 2000;

    /** What a pair is compared with. */
    public enum Reference {
        /** The median of the backbone's optimizers, as the practical rule has it. */
        MEDIAN,
        /** The best of them; the test then allows for the best having been picked by its luck. */
        BEST
    }

    private Coupling() {}

    /**
     * Tests all pairs against the median with a margin of 2 points, the practical rule, with Benjamini and Hochberg's correction:
     * of the pairs called, 5 % are called wrongly on average.
     */
    public static Table coupled(Table rows, String accuracy) {
        return coupled(rows, accuracy, Reference.MEDIAN, MARGIN, Correction.BENJAMINI_HOCHBERG, 0);
    }

    /**
     * Says of which pairs seeds prove that they fall behind their backbone's other optimizers.
     *
     * <p>A pair is {@code coupled} if its gap to the reference is below -margin, {@code not} if it is above, by an
     * interval that is corrected for the number of pairs (a t interval at the level of its {@link Correction}); else
     * {@code open}, also when a seed has diverged; {@code diverged} when all have. The variance of a single training is
     * learned from the seeds of all pairs of a backbone, because two or three of one pair tell nearly nothing: all alike, if
     * they scatter alike, else each pair's own counts the more. Seeds count as independent; what
     * they share over optimizers (initial weights, order of images) only makes the intervals wider than need be, as does taking
     * the order of means, of which the median is the middle, for known. With one seed a pair everything is open. Beside it
     * stands the plain 95 % percentile interval of 2000 resamplings of seeds, which corrects for nothing and, with two
     * seeds, covers about 90 %.
     *
     * <p>The seeds vary training, not the choice of hyper-parameters: tune on other seeds or images.
     *
     * @param rows one row a training at the chosen hyper-parameters: backbone, optimizer, the accuracy (NaN: diverged)
     * @param margin in the unit of the accuracy, 0 or more
     * @param correction by Benjamini and Hochberg's method (for the median only) or by Holm's, which is right for reading one
     *     call by itself but blind with two seeds: of 160 pairs that scatter unevenly (0.4 points, a factor of e from pair to
     *     pair) it finds no gap of 6 points where the other finds nine in ten
     * @param seed of the resampling
     * @return backbone, optimizer, {@code n} seeds, {@code mean}, {@code gap}, {@code lo}, {@code hi} (corrected), {@code
     *     boot_lo}, {@code boot_hi}, {@code p_adjusted} (of gap = -margin), {@code verdict}
     */
    public static Table coupled(
            Table rows, String accuracy, Reference reference, double margin, Correction correction, long seed) {
        if (!(margin >= 0)) {
            throw new IllegalArgumentException("margin is " + margin + ", expected 0 or more");
        }
        if (reference == Reference.BEST && correction != Correction.HOLM) {
            throw new IllegalArgumentException("correction is " + correction
                    + ", expected HOLM: with the best, the data pick who is compared with whom");
        }
        return new CoupledPairs(rows, accuracy, reference, margin).table(correction, DRAWS, seed);
    }

    /**
     * Compares two optimizers on every backbone, seed by seed: paired t tests with Holm's correction over backbones.
     *
     * <p>Needs a seed column; with two seeds it has one degree of freedom and sees only differences far above the scatter.
     * Where backbones share no scatter, this is the test; {@link #coupled} shares it and sees more.
     *
     * @param rows one row a training: backbone, optimizer, seed, the accuracy; pairs with NaN on a side are left out
     * @return backbone, {@code n} pairs, {@code difference} (a - b), {@code lo}, {@code hi} (corrected), {@code
     *     p_adjusted}, {@code better}: a, b, or "open"
     */
    public static Table paired(Table rows, String accuracy, String a, String b) {
        return PairedSeeds.table(rows, accuracy, a, b);
    }

    /**
     * Compares two optimizers on every backbone by t tests with Holm's correction over backbones; the variance of a single
     * training is shared as in {@link #coupled}, so two or three seeds see more than in {@link #paired}.
     *
     * @param rows one row a training: backbone, optimizer, the accuracy (NaN, diverged, is left out)
     * @return backbone, {@code n} seeds of the pair that has fewer, {@code difference} (a - b), {@code lo}, {@code hi}
     *     (corrected), {@code p_adjusted}, {@code better}: a, b, or "open"
     * @throws IllegalArgumentException if no backbone has finite results of both
     */
    public static Table compared(Table rows, String accuracy, String a, String b) {
        return Comparisons.compared(rows, accuracy, a, b);
    }

    /**
     * Compares two pairs, by a plain 95 % t interval; the variance of a single training is shared as in {@link #coupled}.
     *
     * @param pair backbone and optimizer, with a space between them, such as {@code "vit_micro adamw"}
     * @return {@code pair} minus {@code other}
     * @throws IllegalArgumentException if one has no finite result
     */
    public static Intervals.Difference difference(Table rows, String accuracy, String pair, String other) {
        return Comparisons.difference(rows, accuracy, pair, other);
    }

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
        List<DoubleColumn> columns =
                Spread.NAMES.stream().map(DoubleColumn::create).toList();
        Groups.values(means, "backbone", accuracy).forEach((name, all) -> {
            double[] numbers = Spread.of(finite(all)).numbers();
            backbone.append(name);
            for (int i = 0; i < numbers.length; i++) {
                columns.get(i).append(numbers[i]);
            }
        });
        return Table.create("spread", backbone).addColumns(columns.toArray(new DoubleColumn[0]));
    }

    /**
     * Returns the range of each backbone without its worst optimizer, with a 95 % interval over seeds.
     *
     * <p>The scatter of seeds makes a range look larger than it is. The interval is that of 2000 resamplings of seeds (as in
     * {@link #coupled}): their deviation times Student's quantile, moved by their bias, so it may lie beside the range that
     * was seen. With two seeds it holds the true range in 93 of 100 cases, in 89 where optimizers differ by no more than
     * seeds do.
     *
     * @param rows one row a training at the chosen hyper-parameters: backbone, optimizer, the accuracy
     * @return backbone, {@code range} (as seen), {@code lo}, {@code hi}; NaN where no pair has two seeds
     */
    public static Table ranges(Table rows, String accuracy) {
        return new SpreadBootstrap(rows, accuracy, DRAWS).table();
    }

    /**
     * Compares the ranges of two backbones without their worst optimizer, as {@link #ranges} has them.
     *
     * @return range of {@code wide} minus that of {@code narrow}, freed of the bias, and half of its 95 % interval
     * @throws IllegalArgumentException if a backbone has no finite result
     */
    public static Intervals.Difference rangeDifference(Table rows, String accuracy, String wide, String narrow) {
        SpreadBootstrap bootstrap = new SpreadBootstrap(rows, accuracy, DRAWS);
        Intervals.Difference a = bootstrap.range(wide);
        Intervals.Difference b = bootstrap.range(narrow);
        // Draws of two backbones are independent.
        return new Intervals.Difference(
                a.mean() - b.mean(), Math.hypot(a.half(), b.half()), Math.min(a.pairs(), b.pairs()));
    }

    /**
     * Returns what to try first for a backbone, from the published results alone.
     *
     * <p>Optimizers come in the order of their accuracy on the nearest published backbone ({@link PublishedBocb#nearest}), at
     * the rates and decays tuned there; those that failed there are left out. A budget of up to three trainings goes to as
     * many optimizers; a larger one also to the next higher and lower rate that won anywhere, so that a third of it are
     * optimizers. The rates are for CIFAR-100, batches of 100, 200 epochs; the accuracies are means of three trials without
     * published scatter, and of unstable pairs they moved by points between versions of the paper.
     *
     * @param backbone a name of {@link org.backbonelab.model.Backbones}, or the paper's abbreviation
     * @param budget how many trainings are affordable, 1 or more
     * @return {@code order}, {@code optimizer}, {@code lr}, {@code weight_decay}, {@code evidence}; at most {@code budget} rows
     */
    public static Table recommend(String backbone, int budget) {
        return recommend(backbone, budget, null, null);
    }

    /**
     * Returns what to try first for a backbone, from our own results and then the published ones.
     *
     * <p>Our own of the backbone, or of one with the same published relative, come first: all optimizers that seeds do not
     * show to be below the best ({@link #coupled} with {@link Reference#BEST} and margin 0), in the order of their means. Those
     * shown to be below, or diverged, are left out even if the paper likes them.
     *
     * @param best one row a training at the chosen hyper-parameters: backbone, optimizer, {@code lr}, {@code weight_decay}, the
     *     accuracy; null for none
     * @param accuracy the column of the accuracy
     */
    public static Table recommend(String backbone, int budget, Table best, String accuracy) {
        if (budget < 1) {
            throw new IllegalArgumentException("budget is " + budget + " trainings, expected 1 or more");
        }
        Recommendation recommendation = new Recommendation(backbone);
        if (best != null) {
            recommendation.own(best, accuracy, backbone);
        }
        recommendation.published();
        return recommendation.table(budget);
    }

    private static double[] finite(double[] values) {
        double[] out = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (out.length == 0) {
            throw new IllegalArgumentException("no finite result, expected one or more");
        }
        return out;
    }
}
