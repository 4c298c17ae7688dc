package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * A law of loss against compute through the frontier of runs: those better than all cheaper ones, means over seeds.
 *
 * <p>Its interval is over runs, and the frontier is found anew in each draw: which runs stand on it is chance as well.
 */
public final class FrontierFit {
    private static final int GRID = 40;

    private final ScalingRuns runs;
    private final Table frontier;
    private final Law law;
    private final BiFunction<double[], double[], Law> again;
    private final int fewest;

    /**
     * An interval of the exponent and of the line.
     *
     * @param lo lower end of the exponent's 95 % interval
     * @param hi upper end
     * @param draws how many
     * @param lost how many of them had a frontier too short for the law
     * @param line columns x, y, lo, hi: the fitted line with its pointwise 95 % band
     * @param recipe how it was found
     */
    public record Bootstrap(double lo, double hi, int draws, int lost, Table line, String recipe) {}

    private FrontierFit(
            ScalingRuns runs,
            BiFunction<double[], double[], Law> fit,
            BiFunction<double[], double[], Law> again,
            int fewest) {
        this.runs = runs;
        this.again = again;
        this.fewest = fewest;
        frontier = runs.frontier();
        law = fit.apply(column(1), column(2));
    }

    /**
     * Fits a power law without a floor, by least squares of logarithms.
     *
     * @throws IllegalArgumentException if fewer than 2 runs stand on the frontier
     */
    public static FrontierFit power(ScalingRuns runs) {
        return new FrontierFit(runs, PowerLaw::fit, PowerLaw::fit, 2);
    }

    /**
     * Fits a power law with a floor.
     *
     * @throws IllegalArgumentException if fewer than 3 runs stand on the frontier
     */
    public static FrontierFit floored(ScalingRuns runs, Misfit misfit) {
        return new FrontierFit(
                runs, (x, y) -> FlooredPowerLaw.fit(x, y, misfit), (x, y) -> FlooredPowerLaw.quick(x, y, misfit), 3);
    }

    /** Returns the law, a {@link PowerLaw} or a {@link FlooredPowerLaw}. */
    public Law law() {
        return law;
    }

    /** Returns the runs on the frontier by rising compute, in the columns of {@link ScalingRuns#table()}. */
    public Table frontier() {
        return frontier.copy();
    }

    /**
     * Returns the slopes of log loss in log compute between neighbours on the frontier: a power law without a floor has one slope
     * everywhere, one with a floor gets flatter.
     *
     * @return {@code x} (the geometric mean of both computes), {@code slope}, {@code from}, {@code to} (the networks)
     */
    public Table localSlopes() {
        double[] x = column(1);
        double[] y = column(2);
        int n = x.length - 1;
        StringColumn network = frontier.stringColumn(0);
        return Table.create(
                "local slopes",
                DoubleColumn.create("x", IntStream.range(0, n).mapToDouble(i -> Math.sqrt(x[i] * x[i + 1]))),
                DoubleColumn.create(
                        "slope",
                        IntStream.range(0, n).mapToDouble(i -> Math.log(y[i + 1] / y[i]) / Math.log(x[i + 1] / x[i]))),
                StringColumn.create("from", IntStream.range(0, n).mapToObj(network::get)),
                StringColumn.create("to", IntStream.range(1, n + 1).mapToObj(network::get)));
    }

    /**
     * Returns the 95 % interval of the exponent, and a band of the line, over draws of the runs.
     *
     * <p>What it holds, of 300 simulated sets of 6 or 3 networks at 6 budgets with one or two seeds (scatter 0.6 %): the exponent that
     * the same fit finds without scatter, in 93 to 97 of 100. The exponent of the best division of a compute it holds less often, in 75
     * to 89 of 100 without a floor and in 34 to 91 with one: the frontier of a few networks runs in scallops above that law. For that
     * exponent take {@link ScalingSurface}.
     *
     * @param draws at least 100; 2000 or more for a report
     */
    public Bootstrap bootstrap(int draws, long seed) {
        double[] x = column(1);
        double[] grid = LossCurves.budgets(x[0], x[x.length - 1], GRID);
        RunBootstrap bootstrap = RunBootstrap.curves(runs);
        RunBootstrap.Intervals all = bootstrap.intervals(drawn -> statistics(drawn, grid), draws, seed);
        Table line = Table.create(
                "power law",
                DoubleColumn.create("x", grid),
                DoubleColumn.create("y", Arrays.stream(grid).map(law::at).toArray()),
                DoubleColumn.create(
                        "lo", Arrays.stream(all.lo()).skip(1).map(Math::exp).toArray()),
                DoubleColumn.create(
                        "hi", Arrays.stream(all.hi()).skip(1).map(Math::exp).toArray()));
        return new Bootstrap(all.lo()[0], all.hi()[0], draws, all.lost(), line, bootstrap.recipe(draws, seed));
    }

    /** Returns the exponent, then the logarithms of the law along the grid. */
    private double[] statistics(ScalingRuns drawn, double... grid) {
        Table points = drawn.frontier();
        if (points.rowCount() < fewest) {
            return DoubleStream.generate(() -> Double.NaN)
                    .limit(grid.length + 1)
                    .toArray();
        }
        Law fitted = again.apply(
                points.doubleColumn(1).asDoubleArray(), points.doubleColumn(2).asDoubleArray());
        return DoubleStream.concat(
                        DoubleStream.of(fitted.exponent()), Arrays.stream(grid).map(v -> Math.log(fitted.at(v))))
                .toArray();
    }

    private double[] column(int place) {
        return frontier.doubleColumn(place).asDoubleArray();
    }

    /** Says how the law was fitted, and to which runs. */
    public String recipe() {
        return law.recipe() + "; the frontier of " + runs.described();
    }

    @Override
    public String toString() {
        return law.toString();
    }
}
