package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The best size at each of some budgets, and the power laws through those that are minima: what an {@link Envelope} or {@link IsoFlop}
 * parabolas find.
 */
public final class BestSizes {
    /** What a true minimum is called. */
    static final String MINIMUM = "minimum";
    /** A minimum at the edge of what was trained may lie anywhere beyond it. */
    static final String EDGE = "edge: the best size has no trained neighbour on one side";

    private static final String[] PARAMETERS = {"size_exponent", "images_exponent", "loss_exponent"};

    private final ScalingRuns runs;
    private final double[] budgets;
    private final Method method;
    private final List<Best> all;

    /**
     * A way to find the best size at a budget.
     *
     * @param recipe what is done, in a few words
     * @param edgesCountForLoss whether an edge bounds the loss as well as a minimum does
     * @param best of the networks at a budget, by rising size, null where one was not trained there; null leaves the budget out
     */
    record Method(String recipe, boolean edgesCountForLoss, BiFunction<Double, LossCurves.Point[], Best> best) {}

    private BestSizes(ScalingRuns runs, Method method, double... budgets) {
        this.runs = runs;
        this.method = method;
        this.budgets = budgets;
        LossCurves curves = new LossCurves(runs);
        all = Arrays.stream(budgets)
                .mapToObj(budget -> method.best.apply(budget, curves.at(budget)))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Finds the best sizes of runs with sizes and images at budgets at equal distances in logarithms. */
    static BestSizes of(ScalingRuns runs, Method method, double low, double high, int count) {
        return new BestSizes(runs.requireSizes(method.recipe), method, LossCurves.budgets(low, high, count));
    }

    /**
     * The best size at a budget; numbers in natural logarithms.
     *
     * @param network the best of the networks
     * @param verdict {@link #MINIMUM}, or why it is none
     */
    record Best(double logBudget, String network, double logSize, double logImages, double logLoss, String verdict) {
        boolean isMinimum() {
            return verdict.equals(MINIMUM);
        }
    }

    /** Returns the place of the lowest loss, -1 if there is no point. */
    static int lowest(LossCurves.Point... points) {
        return IntStream.range(0, points.length)
                .filter(i -> points[i] != null)
                .reduce((i, j) -> points[i].logLoss() <= points[j].logLoss() ? i : j)
                .orElse(-1);
    }

    /** Returns whether a place lacks a neighbour. */
    static boolean isEdge(int place, LossCurves.Point... points) {
        return place == 0 || place == points.length - 1 || points[place - 1] == null || points[place + 1] == null;
    }

    /** Returns one row a budget: {@code compute, network, loss, size, images, verdict}; NaN where there is nothing to tell. */
    public Table table() {
        return Table.create(
                "best sizes",
                numbers("compute", Best::logBudget),
                StringColumn.create("network", all.stream().map(Best::network)),
                numbers("loss", Best::logLoss),
                numbers("size", Best::logSize),
                numbers("images", Best::logImages),
                StringColumn.create("verdict", all.stream().map(Best::verdict)));
    }

    private DoubleColumn numbers(String name, ToDoubleFunction<Best> log) {
        return DoubleColumn.create(
                name,
                all.stream().mapToDouble(b -> Math.exp(log.applyAsDouble(b))).toArray());
    }

    /** Returns the exponent in compute of the best size, over minima; NaN where these are not of two sizes. */
    public double sizeExponent() {
        return exponents()[0];
    }

    /** Returns the exponent in compute of the best number of images, over minima; NaN where these are not of two sizes. */
    public double imagesExponent() {
        return exponents()[1];
    }

    /** Returns the exponent in compute of the best loss. */
    public double lossExponent() {
        return exponents()[2];
    }

    private double[] exponents() {
        List<Best> minima = all.stream().filter(Best::isMinimum).toList();
        boolean isOne = minima.stream().mapToDouble(Best::logSize).distinct().count() < 2;
        return new double[] {
            isOne ? Double.NaN : slope(minima, Best::logSize),
            isOne ? Double.NaN : slope(minima, Best::logImages),
            slope(method.edgesCountForLoss ? all : minima, Best::logLoss)
        };
    }

    private static double slope(List<Best> bests, ToDoubleFunction<Best> log) {
        return LossCurves.slope(
                bests.stream().mapToDouble(Best::logBudget).toArray(),
                bests.stream().mapToDouble(log).toArray());
    }

    /**
     * Returns 95 % intervals of the exponents over draws of the runs; how often they hold the truth, the methods say.
     *
     * @param draws at least 100; 2000 or more for a report
     * @return {@code parameter} (size_exponent, images_exponent, loss_exponent), {@code estimate}, {@code lo}, {@code hi}; the
     *     table's name is the recipe
     */
    public Table bootstrap(int draws, long seed) {
        return RunBootstrap.curves(runs)
                .table(PARAMETERS, drawn -> new BestSizes(drawn, method, budgets).exponents(), draws, seed);
    }

    /** Says how they were found. */
    public String recipe() {
        return String.format(
                Locale.ROOT,
                "%s at %d log-spaced budgets of [%.4g, %.4g] of %s, each network's curve straight in logarithms between its runs;"
                        + " exponents by least squares of logarithms, of sizes and images over the %d minima",
                method.recipe,
                budgets.length,
                budgets[0],
                budgets[budgets.length - 1],
                runs.described(),
                all.stream().filter(Best::isMinimum).count());
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
