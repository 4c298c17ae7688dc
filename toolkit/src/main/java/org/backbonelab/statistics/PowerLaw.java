package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.regression.SimpleRegression;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * A power law y = a x^b, fitted by least squares in logarithms.
 *
 * <p>Published ConvNet losses against compute follow one (NFNets at scale, arXiv 2310.16764). Fit the Pareto frontier
 * ({@code Select.frontier}), never pooled points: each network's own curve bends. Choosing the frontier biases the
 * loss low; intervals from resampled frontier points are too narrow by that much.
 *
 * @param a factor
 * @param b exponent
 * @param logRmse root of the mean squared residual in natural logarithms
 * @param r2 share of the variance of log y explained; close to 1 for almost any falling line
 * @param x the fitted points, at least 2
 * @param y the fitted points
 */
public record PowerLaw(double a, double b, double logRmse, double r2, List<Double> x, List<Double> y) {
    /**
     * Fits two columns of a table.
     *
     * @throws IllegalArgumentException for fewer than 2 distinct x, or values that are not positive
     */
    public static PowerLaw fit(Table table, String xColumn, String yColumn) {
        return fit(
                table.doubleColumn(xColumn).asDoubleArray(),
                table.doubleColumn(yColumn).asDoubleArray());
    }

    /** Fits points. */
    public static PowerLaw fit(double[] x, double[] y) {
        if (x.length != y.length || Arrays.stream(x).distinct().count() < 2) {
            throw new IllegalArgumentException(
                    "a power law needs 2 or more points of different x, got " + Arrays.toString(x));
        }
        SimpleRegression regression = new SimpleRegression();
        for (int i = 0; i < x.length; i++) {
            if (!(x[i] > 0) || !(y[i] > 0)) {
                throw new IllegalArgumentException(
                        "point (" + x[i] + ", " + y[i] + "): a power law needs positive values");
            }
            regression.addData(Math.log(x[i]), Math.log(y[i]));
        }
        double rmse = Math.sqrt(Math.max(0, regression.getSumSquaredErrors()) / x.length);
        return new PowerLaw(
                Math.exp(regression.getIntercept()),
                regression.getSlope(),
                rmse,
                regression.getRSquare(),
                Arrays.stream(x).boxed().toList(),
                Arrays.stream(y).boxed().toList());
    }

    /** Returns the law's value. */
    public double at(double where) {
        return a * Math.pow(where, b);
    }

    /**
     * An interval of the exponent and of the line.
     *
     * @param lo lower end of the exponent's 95 % percentile interval
     * @param hi upper end
     * @param draws fits that entered; resamples with a single x are dropped
     * @param line columns x, y, lo, hi: the fitted line with its pointwise 95 % band
     */
    public record Bootstrap(double lo, double hi, int draws, Table line) {}

    /** Resamples the points with replacement and refits. */
    public Bootstrap bootstrap(int draws, long seed) {
        int n = x.size();
        double[] grid = grid();
        double[] exponents = new double[draws];
        double[][] lines = new double[grid.length][draws];
        RandomGenerator random = Seeds.stream(seed, "bootstrap");
        int kept = 0;
        while (kept < draws) {
            double[] xs = new double[n];
            double[] ys = new double[n];
            for (int i = 0; i < n; i++) {
                int k = random.nextInt(n);
                xs[i] = x.get(k);
                ys[i] = y.get(k);
            }
            if (Arrays.stream(xs).distinct().count() < 2) {
                continue;
            }
            PowerLaw law = fit(xs, ys);
            exponents[kept] = law.b;
            for (int g = 0; g < grid.length; g++) {
                lines[g][kept] = law.at(grid[g]);
            }
            kept++;
        }
        return new Bootstrap(
                StatUtils.percentile(exponents, 2.5), StatUtils.percentile(exponents, 97.5), kept, line(grid, lines));
    }

    private double[] grid() {
        double lo = Math.log(x.stream().mapToDouble(Double::doubleValue).min().orElseThrow());
        double hi = Math.log(x.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
        double[] out = new double[40];
        Arrays.setAll(out, i -> Math.exp(lo + (hi - lo) * i / (out.length - 1)));
        return out;
    }

    private Table line(double[] grid, double[][] lines) {
        return Table.create(
                "power law",
                DoubleColumn.create("x", grid),
                DoubleColumn.create("y", Arrays.stream(grid).map(this::at).toArray()),
                DoubleColumn.create(
                        "lo",
                        Arrays.stream(lines)
                                .mapToDouble(v -> StatUtils.percentile(v, 2.5))
                                .toArray()),
                DoubleColumn.create(
                        "hi",
                        Arrays.stream(lines)
                                .mapToDouble(v -> StatUtils.percentile(v, 97.5))
                                .toArray()));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "y = %.4g x^%.4f (log-RMSE %.4f, R2 %.4f, %d points)", a, b, logRmse, r2, x.size());
    }
}
