package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Tests every pair's gap to its backbone's reference; see {@link Coupling#coupled}. */
final class CoupledPairs {
    private static final double ALPHA = 0.05;

    private final Coupling.Reference reference;
    private final double margin;
    private final SeedPairs all;
    private final double[] gap;
    private final double[] error;
    private final double[] freedom;

    CoupledPairs(Table rows, String value, Coupling.Reference reference, double margin) {
        this.reference = reference;
        this.margin = margin;
        all = new SeedPairs(rows, value);
        gap = nan();
        error = nan();
        freedom = nan();
        all.members.values().forEach(pairs -> compare(all.finite(pairs)));
    }

    private double[] nan() {
        double[] out = new double[all.seeds.size()];
        Arrays.fill(out, Double.NaN);
        return out;
    }

    /** Fills gap, standard error and degrees of freedom of the pairs of one backbone. */
    private void compare(int[] pairs) {
        double[] means = at(pairs, all.mean);
        double[] weights = weights(means, reference);
        for (int k = 0; k < pairs.length; k++) {
            double[] contrast = Arrays.stream(weights).map(w -> -w).toArray();
            contrast[k] += 1;
            SeedPairs.Difference d = all.contrast(pairs, contrast);
            gap[pairs[k]] = d.mean();
            error[pairs[k]] = d.error();
            freedom[pairs[k]] = d.freedom();
        }
    }

    /** Returns how the reference is made of the means: of the best one, or the middle one or two. */
    static double[] weights(double[] means, Coupling.Reference reference) {
        int n = means.length;
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(means[a], means[b]))
                .mapToInt(i -> i)
                .toArray();
        double[] weights = new double[n];
        if (n > 0 && reference == Coupling.Reference.BEST) {
            weights[order[n - 1]] = 1;
        } else if (n > 0) {
            weights[order[(n - 1) / 2]] += 0.5;
            weights[order[n / 2]] += 0.5;
        }
        return weights;
    }

    private static double[] at(int[] places, double[] values) {
        return Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
    }

    /** Returns the number of hypotheses: with the best, which pair is compared with which depends on the data. */
    private int comparisons(double[] p) {
        return reference == Coupling.Reference.MEDIAN
                ? (int) Arrays.stream(p).filter(Double::isFinite).count()
                : all.members.values().stream()
                        .mapToInt(pairs -> all.finite(pairs).length)
                        .map(n -> n * (n - 1))
                        .sum();
    }

    Table table(Correction correction, int draws, long seed) {
        int n = all.seeds.size();
        double[] p = new double[n];
        Arrays.setAll(p, i -> {
            if (!(error[i] > 0)) {
                return Double.NaN;
            }
            double t = Math.abs(gap[i] + margin) / error[i];
            return 2 * new TDistribution(freedom[i]).cumulativeProbability(-t);
        });
        Correction.Corrected corrected = correction.of(p, comparisons(p), ALPHA);
        double[][] resampled = resampled(draws, seed);
        double[] lo = new double[n];
        double[] hi = new double[n];
        StringColumn verdict = StringColumn.create("verdict");
        for (int i = 0; i < n; i++) {
            double half = error[i] > 0
                    ? error[i] * new TDistribution(freedom[i]).inverseCumulativeProbability(1 - corrected.level[i] / 2)
                    : error[i];
            lo[i] = gap[i] - half;
            hi[i] = gap[i] + half;
            verdict.append(verdict(i, lo[i], hi[i]));
        }
        return Table.create("coupled pairs")
                .addColumns(
                        StringColumn.create("backbone", all.backbone), StringColumn.create("optimizer", all.optimizer))
                .addColumns(DoubleColumn.create(
                        "n", all.seeds.stream().mapToDouble(s -> s.length).toArray()))
                .addColumns(column("mean", all.mean), column("gap", gap), column("lo", lo), column("hi", hi))
                .addColumns(column("boot_lo", resampled[0]), column("boot_hi", resampled[1]))
                .addColumns(DoubleColumn.create("p_adjusted", corrected.adjusted), verdict);
    }

    /** Returns the lower and the upper ends of 95 %, not corrected; NaN where no pair of the backbone has two seeds. */
    private double[][] resampled(int draws, long seed) {
        double[][] ends = {nan(), nan()};
        int b = 0;
        for (List<Integer> ofBackbone : all.members.values()) {
            int[] pairs = all.finite(ofBackbone);
            double[][] means = all.resample(pairs, draws, Seeds.stream(seed, "bootstrap", b++));
            double[] levels = Arrays.stream(means).mapToDouble(this::level).toArray();
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

    private double level(double[] means) {
        double[] weights = weights(means, reference);
        return IntStream.range(0, means.length)
                .mapToDouble(k -> weights[k] * means[k])
                .sum();
    }

    private static DoubleColumn column(String name, double[] values) {
        return DoubleColumn.create(name, values);
    }

    private String verdict(int i, double lo, double hi) {
        if (all.seeds.get(i).length == 0) {
            return "diverged";
        }
        // What is itself the reference has gap 0 and no error.
        boolean cleared = all.diverged.get(i) == 0 && (lo > -margin || error[i] == 0);
        return hi < -margin ? "coupled" : cleared ? "not" : "open";
    }
}
