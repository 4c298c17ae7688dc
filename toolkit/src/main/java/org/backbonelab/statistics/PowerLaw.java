package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.hipparchus.stat.regression.SimpleRegression;
import tech.tablesaw.api.Table;

/**
 * A power law y = a x^b, fitted by least squares in logarithms.
 *
 * <p>Published ConvNet losses against compute follow one (NFNets at scale, arXiv 2310.16764). Fit the Pareto frontier
 * ({@code Select.frontier}), never pooled points: each network's own curve bends. {@link FrontierFit} does so, with an interval over
 * runs: choosing the frontier biases the loss low, which an interval from resampled frontier points would not know.
 *
 * @param a factor
 * @param b exponent
 * @param logRmse root of the mean squared residual in natural logarithms
 * @param r2 share of the variance of log y explained; close to 1 for almost any falling line
 * @param x the fitted points, at least 2
 * @param y the fitted points
 */
public record PowerLaw(double a, double b, double logRmse, double r2, List<Double> x, List<Double> y) implements Law {
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

    @Override
    public double at(double where) {
        return a * Math.pow(where, b);
    }

    @Override
    public double exponent() {
        return b;
    }

    @Override
    public double aicc() {
        return LogFit.aicc(logRmse * logRmse * x.size(), x.size(), 2);
    }

    @Override
    public String recipe() {
        return "y = a x^b on " + x.size() + " points: " + Misfit.SQUARES + ", a straight line in logarithms, no search";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "y = %.4g x^%.4f (log-RMSE %.4f, R2 %.4f, %d points)", a, b, logRmse, r2, x.size());
    }
}
