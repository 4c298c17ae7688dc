package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.Objects;
import org.backbonelab.statistics.BestSizes.Best;
import org.hipparchus.stat.regression.OLSMultipleLinearRegression;

/**
 * The best size at fixed budgets by a parabola of log loss over log size (approach 2 of Hoffmann et al., arXiv 2203.15556).
 *
 * <p>Runs rarely lie on common budgets, so each network's loss at a budget is read off its curve, straight in logarithms between its
 * runs. The vertex is the best size, if it is one: where the parabola opens downwards, the vertex lies outside the sizes, or the
 * lowest loss belongs to the smallest or the largest of them, the budget has no minimum and enters no exponent.
 *
 * <p>A parabola is a poor model away from its vertex: grids that are wide, or off the centre, bias it (arXiv 2603.22339).
 * {@link ScalingSurface} uses all runs at once and has a fraction of the variance.
 *
 * <p>Intervals hold, of 300 simulated sets of 6 or 3 networks at 6 budgets with one or two seeds (scatter 0.6 %) around the best sizes,
 * the law's exponent of the size in 96 to 98 of 100. They are wide, and hold nothing of the bias of a grid off the centre.
 */
public final class IsoFlop {
    private static final int FEWEST = 3;
    private static final BestSizes.Method METHOD =
            new BestSizes.Method("an IsoFLOP fit (parabolas of log loss over log size)", false, IsoFlop::best);

    private IsoFlop() {}

    /**
     * Fits a parabola at each of some budgets at equal distances in logarithms.
     *
     * @param runs with sizes and images
     * @param low the first budget, in the unit of the runs' compute
     * @param high the last one
     * @param count how many; Hoffmann et al. have 9
     */
    public static BestSizes of(ScalingRuns runs, double low, double high, int count) {
        return BestSizes.of(runs, METHOD, low, high, count);
    }

    private static Best best(double budget, LossCurves.Point... all) {
        LossCurves.Point[] points = Arrays.stream(all).filter(Objects::nonNull).toArray(LossCurves.Point[]::new);
        int place = BestSizes.lowest(points);
        String network = place < 0 ? "" : points[place].network();
        if (points.length < FEWEST) {
            return none(budget, network, "fewer than " + FEWEST + " sizes were trained at this budget");
        }
        double middle = Arrays.stream(points)
                .mapToDouble(LossCurves.Point::logSize)
                .average()
                .orElseThrow();
        double[] c = parabola(middle, points);
        double vertex = middle - c[1] / (2 * c[2]);
        if (!(c[2] > 0)) {
            return none(budget, network, "the parabola opens downwards");
        }
        if (vertex <= points[0].logSize() || vertex >= points[points.length - 1].logSize()) {
            return none(budget, network, "the vertex lies outside the sizes");
        }
        String verdict = BestSizes.isEdge(place, points) ? BestSizes.EDGE : BestSizes.MINIMUM;
        double images = imagesAt(vertex, points);
        return new Best(Math.log(budget), network, vertex, images, c[0] - c[1] * c[1] / (4 * c[2]), verdict);
    }

    private static Best none(double budget, String network, String why) {
        return new Best(Math.log(budget), network, Double.NaN, Double.NaN, Double.NaN, why);
    }

    private static double[] parabola(double middle, LossCurves.Point... points) {
        double[] y =
                Arrays.stream(points).mapToDouble(LossCurves.Point::logLoss).toArray();
        double[][] powers = Arrays.stream(points)
                .mapToDouble(p -> p.logSize() - middle)
                .mapToObj(v -> new double[] {v, v * v})
                .toArray(double[][]::new);
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.newSampleData(y, powers);
        return regression.estimateRegressionParameters();
    }

    private static double imagesAt(double logSize, LossCurves.Point... points) {
        int i = 0;
        while (points[i + 1].logSize() < logSize) {
            i++;
        }
        double t = (logSize - points[i].logSize()) / (points[i + 1].logSize() - points[i].logSize());
        return points[i].logImages() * (1 - t) + points[i + 1].logImages() * t;
    }
}
