package org.backbonelab.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.stat.regression.SimpleRegression;

/**
 * The curve of each network's final losses over compute, straight between its runs in logarithms; networks by rising size.
 *
 * <p>No curve is continued beyond its runs.
 */
final class LossCurves {
    private final ScalingRuns runs;
    private final List<int[]> networks;

    /** A network at a budget: loss and images between its runs, in natural logarithms. */
    record Point(String network, double logSize, double logImages, double logLoss) {}

    LossCurves(ScalingRuns runs) {
        this.runs = runs;
        int[] borders = runs.borders();
        networks = IntStream.range(0, borders.length - 1)
                .mapToObj(k -> new int[] {borders[k], borders[k + 1]})
                .sorted(Comparator.comparingDouble(range -> runs.size[range[0]]))
                .toList();
    }

    /** Returns the point of each network at a budget, by rising size; null where the network has no runs on both sides. */
    Point[] at(double budget) {
        return networks.stream().map(range -> at(budget, range[0], range[1])).toArray(Point[]::new);
    }

    private Point at(double budget, int from, int to) {
        for (int i = from; i + 1 < to; i++) {
            if (runs.x[i] <= budget && budget <= runs.x[i + 1]) {
                double t = Math.log(budget / runs.x[i]) / Math.log(runs.x[i + 1] / runs.x[i]);
                return new Point(
                        runs.network.get(i), Math.log(runs.size[i]), between(runs.images, i, t), between(runs.y, i, t));
            }
        }
        return null;
    }

    private static double between(double[] values, int i, double t) {
        return Math.log(values[i]) * (1 - t) + Math.log(values[i + 1]) * t;
    }

    /** Returns budgets at equal distances in logarithms. */
    static double[] budgets(double low, double high, int count) {
        if (!(low > 0 && low < high) || count < 2) {
            throw new IllegalArgumentException(
                    count + " budgets from " + low + " to " + high
                            + ": expected 2 or more, and 0 < low < high, such as the compute of the cheapest and of the dearest run");
        }
        return IntStream.range(0, count)
                .mapToDouble(i -> low * Math.pow(high / low, i / (count - 1.0)))
                .toArray();
    }

    /** Returns the slope of log y in log x; NaN for fewer than 2 different x. */
    static double slope(double[] logX, double[] logY) {
        SimpleRegression regression = new SimpleRegression();
        for (int i = 0; i < logX.length; i++) {
            regression.addData(logX[i], logY[i]);
        }
        return regression.getSlope();
    }
}
