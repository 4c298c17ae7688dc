package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.backbonelab.statistics.BestSizes.Best;
import tech.tablesaw.api.Table;

/**
 * The lower envelope of the networks' curves: which network is best at each budget (approach 1 of Hoffmann et al., arXiv 2203.15556).
 *
 * <p>They followed losses along each training; here a curve goes through the final losses of a network's trainings, one a budget, so
 * that every point had its own learning-rate decay. A best network that lacks a trained neighbour on one side, in size and at that
 * budget, is no minimum: it is reported as an edge and enters no exponent of sizes. The best size can only be one that was trained,
 * so its exponent is as coarse as the list of networks.
 */
public final class Envelope {
    private final ScalingRuns runs;
    private final double[] budgets;
    private final List<Best> best;

    private Envelope(ScalingRuns runs, double... budgets) {
        this.runs = runs;
        this.budgets = budgets;
        LossCurves curves = new LossCurves(runs);
        best = Arrays.stream(budgets)
                .mapToObj(budget -> best(budget, curves.at(budget)))
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Finds the envelope at budgets at equal distances in logarithms.
     *
     * @param runs with sizes and images
     * @param low the first budget, in the unit of the runs' compute
     * @param high the last one
     * @param count how many, such as 200; budgets at which no curve lies are left out
     */
    public static Envelope of(ScalingRuns runs, double low, double high, int count) {
        return new Envelope(runs.requireSizes("an envelope"), LossCurves.budgets(low, high, count));
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

    /** Returns one row a budget: {@code compute, network, loss, size, images, verdict}. */
    public Table table() {
        return BestSizes.table(best);
    }

    /** Returns the exponent in compute of the best size, over minima; NaN where these are not of two sizes. */
    public double sizeExponent() {
        return exponents()[0];
    }

    /** Returns the exponent in compute of the best number of images, over minima; NaN where these are not of two sizes. */
    public double imagesExponent() {
        return exponents()[1];
    }

    /** Returns the exponent in compute of the best loss, over all budgets: an edge bounds the loss as well as a minimum does. */
    public double lossExponent() {
        return exponents()[2];
    }

    private double[] exponents() {
        return BestSizes.exponents(best, best);
    }

    /**
     * Returns 95 % intervals of the exponents over draws of the runs.
     *
     * <p>What they hold, of 300 simulated sets of 6 networks at 6 budgets (scatter 0.6 %): the law's exponent of the size in 95 of 100
     * with one seed, in 89 with two, where the list of networks is coarser than the scatter. Of 3 networks only the middle one can be a
     * minimum, so there is no exponent and no interval.
     *
     * @param draws at least 100; 2000 or more for a report
     * @return {@code parameter} (size_exponent, images_exponent, loss_exponent), {@code estimate}, {@code lo}, {@code hi}; the
     *     table's name is the recipe
     */
    public Table bootstrap(int draws, long seed) {
        return RunBootstrap.curves(runs)
                .table(BestSizes.PARAMETERS, drawn -> new Envelope(drawn, budgets).exponents(), draws, seed);
    }

    /** Says how it was found. */
    public String recipe() {
        return String.format(
                Locale.ROOT,
                "envelope at %d log-spaced budgets of [%.4g, %.4g] of %s, each network's curve straight in logarithms between its runs;"
                        + " exponents by least squares of logarithms, of sizes and images over the %d minima",
                budgets.length,
                budgets[0],
                budgets[budgets.length - 1],
                runs.described(),
                best.stream().filter(Best::isMinimum).count());
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "best N ~ C^%.3f, D ~ C^%.3f, L ~ C^%.4f",
                sizeExponent(),
                imagesExponent(),
                lossExponent());
    }
}
