package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The outer half of variable projection: searches the logarithms of one or two exponents for the least misfit.
 *
 * <p>A misfit may have several valleys, so a grid is looked at first and its best points are all walked down from.
 */
final class ExponentSearch {
    /** Of a logarithm: far more than the scatter of runs leaves of an exponent. */
    static final double FINE = 1e-9;
    /** For the draws of a bootstrap. */
    static final double COARSE = 1e-4;

    private final Function<double[], LogFit> fit;
    private final int variables;
    private final double low;
    private final double high;

    /** Where the search ended. */
    record Found(double[] at, LogFit fit) {}

    /**
     * Searches.
     *
     * @param fit of given logarithms of the exponents
     * @param variables how many exponents, 1 or 2
     * @param low the least logarithm of an exponent
     * @param high the largest
     */
    ExponentSearch(Function<double[], LogFit> fit, int variables, double low, double high) {
        this.fit = fit;
        this.variables = variables;
        this.low = low;
        this.high = high;
    }

    /** Walks from the best points of a grid of so many values an exponent. */
    Found fromGrid(int values, int starts, double enough) {
        double step = (high - low) / (values - 1);
        List<NelderMead> grid = new ArrayList<>();
        for (int i = 0; i < Math.pow(values, variables); i++) {
            double[] at = new double[variables];
            for (int d = 0, rest = i; d < variables; d++, rest /= values) {
                at[d] = low + step * (rest % values);
            }
            grid.add(new NelderMead(at, misfit(at)));
        }
        grid.sort(Comparator.comparingDouble(NelderMead::value));
        return from(grid.subList(0, starts).stream().map(NelderMead::at).toList(), step, enough);
    }

    /** Walks from some points with a simplex of a size until it is small enough. */
    Found from(List<double[]> starts, double size, double enough) {
        NelderMead best = starts.stream()
                .map(start -> NelderMead.from(this::misfit, start, size, enough))
                .min(Comparator.comparingDouble(NelderMead::value))
                .orElseThrow();
        return new Found(best.at(), fit.apply(best.at()));
    }

    private double misfit(double... at) {
        for (double u : at) {
            if (u < low || u > high) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return fit.apply(at).misfit();
    }
}
