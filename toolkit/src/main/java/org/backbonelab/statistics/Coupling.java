package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.descriptive.rank.Percentile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Backbone-optimizer coupling (BOCB, arXiv 2410.06373): which pairs fail, by the paper's rule and by intervals over seeds.
 *
 * <p>Tables are long: columns {@code backbone}, {@code optimizer} and an accuracy in percent, NaN where a training diverged. A
 * pair that diverged fails. {@link PublishedBocb} has the paper's tables in this form.
 */
public final class Coupling {
    /** By how many percentage points the practical rule and {@link #coupled} let a pair fall behind. */
    static final double MARGIN = 2;

    /** The marks of failed pairs. */
    static final Set<String> FAILED = Set.of("▽", "✗");

    private static final int TOP = 4;
    private static final int DRAWS = 2000;

    private Coupling() {}

    /**
     * The paper's rule, equation (1): r fails when r < max(R) - min(Q75(R) - Q25(R), gamma).
     *
     * @param results of one backbone over its optimizers; NaN, diverged, is left out
     * @param gamma 3 for CIFAR-100, 1 for ImageNet
     * @return NaN where all diverged
     */
    public static double paperThreshold(double[] results, double gamma) {
        double[] finite = finite(results);
        if (finite.length == 0) {
            return Double.NaN;
        }
        Percentile quartile = new Percentile().withEstimationType(Percentile.EstimationType.R_7);
        double range = quartile.evaluate(finite, 75) - quartile.evaluate(finite, 25);
        return StatUtils.max(finite) - Math.min(range, gamma);
    }

    /**
     * The practical rule: r fails when r < median(R) - margin.
     *
     * <p>The paper's equation does not give the paper's own marks; with margin 2 this rule gives 49 of its 50, with 2
     * false alarms.
     *
     * @return NaN where all diverged
     */
    public static double practicalThreshold(double[] results, double margin) {
        return StatUtils.percentile(finite(results), 50) - margin;
    }

    /**
     * Marks pairs as the paper's tables do, failures by the practical rule.
     *
     * @param means one row a pair: backbone, optimizer, the accuracy (NaN: one of its seeds diverged, which fails)
     * @return the same rows with {@code fails_paper} and {@code fails_practical} (1 or 0), and {@code mark}, in the place
     *     of a column of this name: "★" best, "▲" among the best four, "▽" failed, "✗" failed and worst of its backbone; of
     *     pairs that diverged all are the worst
     */
    public static Table failures(Table means, String accuracy, double gamma, double margin) {
        Map<String, double[]> byBackbone = GroupBy.values(means, "backbone", accuracy);
        DoubleColumn paper = DoubleColumn.create("fails_paper");
        DoubleColumn practical = DoubleColumn.create("fails_practical");
        StringColumn mark = StringColumn.create("mark");
        for (Row row : means) {
            double r = row.getDouble(accuracy);
            double[] results = byBackbone.get(row.getString("backbone"));
            // Nothing compares with NaN, so what diverged fails, too.
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
            boolean worse = Arrays.stream(results).anyMatch(other -> other < r || Double.isNaN(other));
            return Double.isFinite(r) && worse ? "▽" : "✗";
        }
        long better = Arrays.stream(results).filter(other -> other > r).count();
        return better == 0 ? "★" : better < TOP ? "▲" : "";
    }

    private static double[] finite(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).toArray();
    }

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
     * {@code open}. A seed that diverged has no gap, but it is no success either: what is left of its pair may prove that the
     * pair falls behind, never that it keeps up. A pair of which all seeds diverged is {@code diverged}. The variance of a single
     * training is learned from the seeds of all pairs of a backbone ({@link SeededTable}). Seeds count as independent; what
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
     * @return backbone, optimizer, {@code n} seeds that did not diverge, {@code diverged} ones, {@code mean} of the former, {@code
     *     gap}, {@code lo}, {@code hi} (corrected), {@code boot_lo}, {@code boot_hi}, {@code p_adjusted} (of gap = -margin), {@code
     *     verdict}
     */
    public static Table coupled(
            Table rows, String accuracy, Reference reference, double margin, Correction correction, long seed) {
        return coupled(rows, accuracy, reference, margin, correction, DRAWS, seed);
    }

    /** Tests with so many resamplings. */
    static Table coupled(
            Table rows,
            String accuracy,
            Reference reference,
            double margin,
            Correction correction,
            int draws,
            long seed) {
        if (!(margin >= 0)) {
            throw new IllegalArgumentException("margin is " + margin + ", expected 0 or more");
        }
        if (reference == Reference.BEST && correction != Correction.HOLM) {
            throw new IllegalArgumentException("correction is " + correction
                    + ", expected HOLM: with the best, the data pick who is compared with whom");
        }
        SeededTable all = SeededTable.of(rows, accuracy, "backbone", "optimizer");
        List<Contrast> gaps = gaps(all, reference);
        // With the best, every pair might have been compared with every other.
        int picked = all.pools.values().stream()
                .mapToInt(pairs -> all.finite(pairs).length)
                .map(n -> n * (n - 1))
                .sum();
        TestedTogether tests = new TestedTogether(gaps, -margin, correction, reference == Reference.BEST ? picked : 0);
        double[][] resampled = resampled(all, reference, draws, seed);
        StringColumn verdict = StringColumn.create("verdict");
        for (int i = 0; i < gaps.size(); i++) {
            verdict.append(verdict(all, i, gaps.get(i), -margin, tests.lo[i], tests.hi[i]));
        }
        return Table.create("coupled pairs")
                .addColumns(name("backbone", all, 0), name("optimizer", all, 1))
                .addColumns(DoubleColumn.create("n", all.seeds.stream().mapToDouble(s -> s.length)))
                .addColumns(
                        DoubleColumn.create("diverged", all.diverged.stream().mapToDouble(d -> d)))
                .addColumns(DoubleColumn.create("mean", all.mean))
                .addColumns(DoubleColumn.create("gap", gaps.stream().mapToDouble(Contrast::estimate)))
                .addColumns(DoubleColumn.create("lo", tests.lo), DoubleColumn.create("hi", tests.hi))
                .addColumns(DoubleColumn.create("boot_lo", resampled[0]), DoubleColumn.create("boot_hi", resampled[1]))
                .addColumns(DoubleColumn.create("p_adjusted", tests.p), verdict);
    }

    private static StringColumn name(String column, SeededTable all, int place) {
        return StringColumn.create(column, all.names.stream().map(name -> name.get(place)));
    }

    /** Returns what seeds say of a pair whose distance to a reference has this interval. */
    static String verdict(SeededTable all, int i, Contrast gap, double threshold, double lo, double hi) {
        if (all.seeds.get(i).length == 0) {
            return "diverged";
        }
        // What is itself the reference has distance 0 and no error.
        boolean cleared = all.diverged.get(i) == 0 && (lo > threshold || gap.error() == 0);
        return hi < threshold ? "coupled" : cleared ? "not" : "open";
    }

    /** Returns each pair's gap to the reference of its backbone. */
    private static List<Contrast> gaps(SeededTable all, Reference reference) {
        Contrast none = new Contrast(Double.NaN, Double.NaN, Double.NaN, 0, 0, false);
        List<Contrast> out = new ArrayList<>(Collections.nCopies(all.seeds.size(), none));
        for (List<Integer> ofBackbone : all.pools.values()) {
            int[] pairs = all.finite(ofBackbone);
            double[] weights = reference.weights(
                    Arrays.stream(pairs).mapToDouble(i -> all.mean[i]).toArray());
            for (int k = 0; k < pairs.length; k++) {
                double[] contrast = Arrays.stream(weights).map(w -> -w).toArray();
                contrast[k] += 1;
                out.set(pairs[k], all.pooled(pairs, contrast));
            }
        }
        return out;
    }

    /** Returns the lower and the upper ends of 95 %, not corrected; NaN where no pair of the backbone has two seeds. */
    private static double[][] resampled(SeededTable all, Reference reference, int draws, long seed) {
        double[][] ends = new double[2][all.seeds.size()];
        Arrays.stream(ends).forEach(end -> Arrays.fill(end, Double.NaN));
        int b = 0;
        for (List<Integer> ofBackbone : all.pools.values()) {
            int[] pairs = all.finite(ofBackbone);
            double[][] means = new SeedBootstrap(all, pairs).means(draws, Seeds.stream(seed, "bootstrap", b++));
            double[] levels = Arrays.stream(means).mapToDouble(reference::of).toArray();
            for (int k = 0; k < pairs.length && means.length > 0; k++) {
                int place = k;
                double[] gaps = IntStream.range(0, means.length)
                        .mapToDouble(draw -> means[draw][place] - levels[draw])
                        .toArray();
                ends[0][pairs[k]] = StatUtils.percentile(gaps, 2.5);
                ends[1][pairs[k]] = StatUtils.percentile(gaps, 97.5);
            }
        }
        return ends;
    }
}
