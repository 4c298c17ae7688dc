package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.Locale;

/**
 * A power law that falls to a floor: y = E + A (x / x0)^-b with E, A and b not below 0.
 *
 * <p>Fitted by variable projection: b is searched, and for each b the best E and A follow ({@link LogFit}). A floor far below all
 * points is hardly identified: compare {@link #aicc()} with {@link PowerLaw#aicc()} and look at the interval of {@link FrontierFit}
 * before reading E as an irreducible loss.
 *
 * @param floor E, in the unit of y; 0 where no floor fits better than some
 * @param a A, the height above the floor at x0
 * @param x0 the geometric mean of the fitted x: there E and A are least entangled
 * @param b the exponent of the fall, between 0.005 and 5: the ends of the search
 * @param logRmse root of the mean squared residual in natural logarithms
 * @param points how many were fitted, at least 3 different x
 * @param misfit what was minimised
 */
public record FlooredPowerLaw(double floor, double a, double x0, double b, double logRmse, int points, Misfit misfit)
        implements Law {
    private static final double LOW = Math.log(0.005);
    private static final double HIGH = Math.log(5);
    private static final int GRID = 48;
    private static final int STARTS = 3;

    /**
     * Fits points.
     *
     * @throws IllegalArgumentException for fewer than 3 distinct x, or values that are not positive
     */
    public static FlooredPowerLaw fit(double[] x, double[] y, Misfit misfit) {
        return fit(x, y, misfit, GRID, STARTS, ExponentSearch.FINE);
    }

    /** Fits by a search that is quick enough for the draws of a bootstrap. */
    static FlooredPowerLaw quick(double[] x, double[] y, Misfit misfit) {
        return fit(x, y, misfit, GRID / 4, 1, ExponentSearch.COARSE);
    }

    private static FlooredPowerLaw fit(double[] x, double[] y, Misfit misfit, int grid, int starts, double enough) {
        requirePoints(x, y);
        double x0 = Math.exp(Arrays.stream(x).map(Math::log).average().orElseThrow());
        double[] logs = Arrays.stream(x).map(v -> Math.log(v / x0)).toArray();
        ExponentSearch search = new ExponentSearch(u -> LogFit.of(columns(logs, u[0]), y, misfit), 1, LOW, HIGH);
        ExponentSearch.Found found = search.fromGrid(grid, starts, enough);
        double[] c = found.fit().coefficients();
        return new FlooredPowerLaw(
                c[0], c[1], x0, Math.exp(found.at()[0]), Math.sqrt(found.fit().squares() / y.length), y.length, misfit);
    }

    /** Fits points by least squares of logarithms, so that {@link #aicc()} compares with a {@link PowerLaw}'s. */
    public static FlooredPowerLaw fit(double[] x, double[] y) {
        return fit(x, y, Misfit.SQUARES);
    }

    private static double[][] columns(double[] logs, double logExponent) {
        double b = Math.exp(logExponent);
        double[] ones = new double[logs.length];
        Arrays.fill(ones, 1);
        return new double[][] {
            ones, Arrays.stream(logs).map(v -> Math.exp(-b * v)).toArray()
        };
    }

    private static void requirePoints(double[] x, double... y) {
        if (x.length != y.length || Arrays.stream(x).distinct().count() < 3) {
            throw new IllegalArgumentException("a power law with a floor needs 3 or more points of different x, got x "
                    + Arrays.toString(x) + " and " + y.length + " y; fit PowerLaw, which needs 2");
        }
        for (int i = 0; i < x.length; i++) {
            if (!(x[i] > 0 && x[i] < Double.POSITIVE_INFINITY) || !(y[i] > 0 && y[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("point (" + x[i] + ", " + y[i]
                        + "): a power law needs positive finite values; leave diverged runs out");
            }
        }
    }

    @Override
    public double at(double x) {
        return floor + a * Math.pow(x / x0, -b);
    }

    @Override
    public double exponent() {
        return -b;
    }

    @Override
    public double aicc() {
        return LogFit.aicc(logRmse * logRmse * points, points, 3);
    }

    @Override
    public String recipe() {
        return String.format(
                Locale.ROOT,
                "y = E + A (x / x0)^-b on %d points: %s; E and A by non-negative least squares for each b; b on %d"
                        + " log-spaced values of [%.3g, %.3g], then Nelder-Mead from the best %d",
                points,
                misfit,
                GRID,
                Math.exp(LOW),
                Math.exp(HIGH),
                STARTS);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "y = %.4g + %.4g (x / %.4g)^-%.4f (log-RMSE %.4f, AICc %.1f, %d points)",
                floor,
                a,
                x0,
                b,
                logRmse,
                aicc(),
                points);
    }
}
