package org.backbonelab.statistics;

import org.backbonelab.statistics.BestSizes.Best;

/**
 * The lower envelope of the networks' curves: which network is best at each budget (approach 1 of Hoffmann et al., arXiv 2203.15556).
 *
 * <p>They followed losses along each training; here a curve goes through the final losses of a network's trainings, one a budget, so
 * that every point had its own learning-rate decay. A best network that lacks a trained neighbour on one side, in size and at that
 * budget, is no minimum: it is reported as an edge and enters no exponent of sizes. The best size can only be one that was trained,
 * so its exponent is as coarse as the list of networks.
 *
 * <p>Intervals hold, of 300 simulated sets of 6 networks at 6 budgets (scatter 0.6 %), the law's exponent of the size in 95 of 100 with
 * one seed, in 89 with two, where the list of networks is coarser than the scatter. Of 3 networks only the middle one can be a minimum,
 * so there is no exponent and no interval.
 */
public final class Envelope {
    private static final BestSizes.Method METHOD = new BestSizes.Method("an envelope", true, Envelope::best);

    private Envelope() {}

    /**
     * Finds the envelope at budgets at equal distances in logarithms.
     *
     * @param runs with sizes and images
     * @param low the first budget, in the unit of the runs' compute
     * @param high the last one
     * @param count how many, such as 200; budgets at which no curve lies are left out
     */
    public static BestSizes of(ScalingRuns runs, double low, double high, int count) {
        return BestSizes.of(runs, METHOD, low, high, count);
    }

    private static Best best(double budget, LossCurves.Point... points) {
        int place = BestSizes.lowest(points);
        if (place < 0) {
            return null;
        }
        LossCurves.Point p = points[place];
        String verdict = BestSizes.isEdge(place, points) ? BestSizes.EDGE : BestSizes.MINIMUM;
        return new Best(Math.log(budget), p.network(), p.logSize(), p.logImages(), p.logLoss(), verdict);
    }
}
