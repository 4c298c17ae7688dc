package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.regression.OLSMultipleLinearRegression;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Runs of a study as they might have come out at another time: every run is drawn anew, as the smooth curve of its network plus a
 * residual of some run.
 *
 * <p>Why not the usual draw of runs with replacement: it leaves a third of the settings out of each draw, so that frontiers have gaps
 * and IsoFLOP parabolas lack sizes which the study has. Why not the measured losses plus scatter: these hold their own scatter
 * already, and a frontier that is chosen twice among lucky runs is biased twice.
 *
 * <p>Residuals are of natural logarithms, taken as equally wide everywhere, and widened by sqrt(runs / (runs - parameters)), which
 * makes up for the curves having been fitted.
 */
final class RunBootstrap {
    private static final int FEWEST_DRAWS = 100;

    private final ScalingRuns runs;
    private final double[] expected;
    private final double[] stock;
    private final int free;
    private final String what;

    private RunBootstrap(ScalingRuns runs, double[] expected, int parameters, String what) {
        this.what = what;
        this.runs = runs;
        this.expected = expected;
        List<Double> residuals = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            for (double loss : runs.seeds[i]) {
                residuals.add(Math.log(loss) - expected[i]);
            }
        }
        free = residuals.size() - parameters;
        if (free < 1) {
            throw new IllegalArgumentException(residuals.size() + " runs and " + parameters
                    + " parameters of their curves leave no residual to draw from; train more budgets or seeds");
        }
        double mean = residuals.stream().mapToDouble(r -> r).average().orElseThrow();
        double scale = Math.sqrt(residuals.size() / (double) free);
        stock = residuals.stream().mapToDouble(r -> (r - mean) * scale).toArray();
    }

    /** Draws around expected natural logarithms of the losses, one a setting, that a fit with so many parameters gave. */
    static RunBootstrap around(ScalingRuns runs, double[] expected, int parameters) {
        return new RunBootstrap(runs, expected, parameters, "the fit");
    }

    /** Draws around each network's own curve: log loss a parabola in log compute, a straight line for fewer than 5 budgets. */
    static RunBootstrap curves(ScalingRuns runs) {
        double[] expected = new double[runs.settings()];
        int parameters = 0;
        int[] borders = runs.borders();
        for (int k = 0; k + 1 < borders.length; k++) {
            int from = borders[k];
            int n = borders[k + 1] - from;
            int degree = n >= 5 ? 2 : n >= 2 ? 1 : 0;
            double[] x = Arrays.stream(runs.x, from, from + n).map(Math::log).toArray();
            double[] y = Arrays.stream(runs.y, from, from + n).map(Math::log).toArray();
            System.arraycopy(fitted(x, y, degree), 0, expected, from, n);
            parameters += degree + 1;
        }
        return new RunBootstrap(runs, expected, parameters, "a parabola or line of each network");
    }

    private static double[] fitted(double[] x, double[] y, int degree) {
        if (degree == 0) {
            return y;
        }
        double middle = StatUtils.mean(x);
        double[][] powers = Arrays.stream(x)
                .mapToObj(v -> degree == 1
                        ? new double[] {v - middle}
                        : new double[] {v - middle, (v - middle) * (v - middle)})
                .toArray(double[][]::new);
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.newSampleData(y, powers);
        double[] residuals = regression.estimateResiduals();
        double[] out = new double[y.length];
        Arrays.setAll(out, i -> y[i] - residuals[i]);
        return out;
    }

    /**
     * Intervals of 95 %, one a statistic.
     *
     * @param estimate of the runs as they are
     * @param lo lower ends; NaN where the estimate or half of the draws lack the statistic
     * @param hi upper ends
     * @param lost how many of the draws lack some statistic
     */
    record Intervals(double[] estimate, double[] lo, double[] hi, int lost) {}

    /**
     * Finds intervals: the estimate less the errors that draws make about the runs without scatter.
     *
     * <p>So a fit that is drawn aside by its choice of lucky runs is put straight. Draws know the width of the scatter no better than
     * its degrees of freedom; that widens the intervals as Student's t does.
     *
     * @param statistic of runs; NaN where they do not have it
     */
    Intervals intervals(Function<ScalingRuns, double[]> statistic, int draws, long seed) {
        return intervals(statistic.apply(runs), statistic.apply(smooth()), draws(statistic, draws, seed), free);
    }

    /**
     * Finds intervals of what two studies differ by; their runs are drawn apart.
     *
     * @param statistic of the runs of each
     * @param difference of the statistics of the first and of the second
     */
    static Intervals between(
            RunBootstrap first,
            RunBootstrap second,
            Function<ScalingRuns, double[]> statistic,
            BinaryOperator<double[]> difference,
            int draws,
            long seed) {
        double[][] a = first.draws(statistic, draws, seed);
        double[][] b = second.draws(statistic, draws, seed + 1);
        double[][] drawn = new double[draws][];
        Arrays.setAll(drawn, d -> difference.apply(a[d], b[d]));
        return intervals(
                difference.apply(statistic.apply(first.runs), statistic.apply(second.runs)),
                difference.apply(statistic.apply(first.smooth()), statistic.apply(second.smooth())),
                drawn,
                Math.min(first.free, second.free));
    }

    private static Intervals intervals(double[] estimate, double[] centre, double[][] drawn, int free) {
        double wider = new TDistribution(free).inverseCumulativeProbability(0.975)
                / new NormalDistribution().inverseCumulativeProbability(0.975);
        double[] lo = new double[estimate.length];
        double[] hi = new double[estimate.length];
        int lost = 0;
        for (int j = 0; j < estimate.length; j++) {
            int place = j;
            double[] values = Arrays.stream(drawn)
                    .mapToDouble(v -> v[place])
                    .filter(Double::isFinite)
                    .toArray();
            boolean isKnown = values.length > drawn.length / 2;
            lost = Math.max(lost, drawn.length - values.length);
            lo[j] = isKnown ? estimate[j] - wider * (StatUtils.percentile(values, 97.5) - centre[j]) : Double.NaN;
            hi[j] = isKnown ? estimate[j] + wider * (centre[j] - StatUtils.percentile(values, 2.5)) : Double.NaN;
        }
        return new Intervals(estimate, lo, hi, lost);
    }

    /** Returns intervals as a table: {@code parameter}, {@code estimate}, {@code lo}, {@code hi}. */
    Table table(String[] names, Function<ScalingRuns, double[]> statistic, int draws, long seed) {
        Intervals intervals = intervals(statistic, draws, seed);
        return Table.create(
                recipe(draws, seed) + (intervals.lost == 0 ? "" : "; " + intervals.lost + " draws lack a parameter"),
                StringColumn.create("parameter", names),
                DoubleColumn.create("estimate", intervals.estimate),
                DoubleColumn.create("lo", intervals.lo),
                DoubleColumn.create("hi", intervals.hi));
    }

    /** Says how intervals are found. */
    String recipe(int draws, long seed) {
        return "95 % intervals from " + draws + " draws (seed " + seed + ") of all " + stock.length + " runs around "
                + what + ", " + free + " degrees of freedom; everything fitted anew in each draw";
    }

    /** Returns the runs without scatter: what draws scatter around. */
    private ScalingRuns smooth() {
        return losses(null);
    }

    /** Returns the statistics of so many draws. */
    private double[][] draws(Function<ScalingRuns, double[]> statistic, int draws, long seed) {
        if (draws < FEWEST_DRAWS) {
            throw new IllegalArgumentException(draws + " draws: a 95 % interval needs at least " + FEWEST_DRAWS
                    + ", and 2000 for its second digit");
        }
        double[][] out = new double[draws][];
        for (int d = 0; d < draws; d++) {
            out[d] = statistic.apply(losses(Seeds.stream(seed, "bootstrap over runs", d)));
        }
        return out;
    }

    /** Draws losses; without a generator those that all runs scatter around. */
    private ScalingRuns losses(RandomGenerator random) {
        double[][] drawn = new double[expected.length][];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = new double[runs.seeds[i].length];
            for (int j = 0; j < drawn[i].length; j++) {
                drawn[i][j] = Math.exp(expected[i] + (random == null ? 0 : stock[random.nextInt(stock.length)]));
            }
        }
        return runs.with(drawn);
    }
}
