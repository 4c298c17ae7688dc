package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.backbonelab.tensor.Seeds;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Counts how often 95 % intervals of exponents hold the truth, on simulated runs whose law is known.
 *
 * <p>Two truths: the law's own exponent, and what the fit makes of the same grid of runs without scatter. They differ where a fit is
 * biased by its grid. The Javadoc of each fit quotes this program's numbers; main prints them, in minutes.
 */
final class ScalingCoverage {
    private static final double[] EPOCHS = {0.25, 0.5, 1, 2, 4, 8};
    private static final double ALPHA = 0.4;
    private static final double BETA = 0.3;
    private static final double SCATTER = 0.006;
    private static final double TIMES = 3;

    /** Six sizes as published, three as on a laptop. */
    static final double[] SIX = {1, 2, 4, 6, 8, 12};

    static final double[] THREE = {1, 4, 16};

    private ScalingCoverage() {}

    /** An estimate with its interval. */
    record Estimate(double value, double lo, double hi) {}

    /** How many of the sets held the law's exponent, how many that of the grid without scatter, and how many gave an interval. */
    record Count(int law, int grid, int sets) {}

    /** Runs of compute N D and loss E + N^-alpha + D^-beta, times a normal scatter in logarithms. */
    static ScalingRuns runs(double[] sizes, int seeds, double floor, double scatter, long set) {
        return runs(1, sizes, seeds, floor, scatter, set);
    }

    /** The same of a family whose networks need so many times the compute. */
    private static ScalingRuns runs(double factor, double[] sizes, int seeds, double floor, double scatter, long set) {
        Table table = Table.create("runs", StringColumn.create("network"));
        for (String name : new String[] {"compute", "loss", "size", "images"}) {
            table.addColumns(DoubleColumn.create(name));
        }
        for (double n : sizes) {
            for (double d : EPOCHS) {
                for (int seed = 0; seed < seeds; seed++) {
                    long place = table.rowCount();
                    double z = Seeds.stream(set, "scatter", place).nextGaussian();
                    double loss = floor + Math.pow(n, -ALPHA) + Math.pow(d, -BETA);
                    table.stringColumn(0).append("n" + n);
                    table.doubleColumn(1).append(factor * n * d);
                    table.doubleColumn(2).append(loss * Math.exp(scatter * z));
                    table.doubleColumn(3).append(n);
                    table.doubleColumn(4).append(d);
                }
            }
        }
        return ScalingRuns.of(table, "network", "compute", "loss", "size", "images");
    }

    /** Counts over sets of runs. */
    static Count count(
            BiFunction<ScalingRuns, Long, Estimate> fit,
            Function<Long, ScalingRuns> simulate,
            ScalingRuns exact,
            double law,
            int sets) {
        double grid = fit.apply(exact, 0L).value;
        int[] held = new int[3];
        for (long set = 0; set < sets; set++) {
            Estimate e = fit.apply(simulate.apply(set), set);
            held[0] += e.lo <= law && law <= e.hi ? 1 : 0;
            held[1] += e.lo <= grid && grid <= e.hi ? 1 : 0;
            held[2] += Double.isFinite(e.lo) ? 1 : 0;
        }
        return new Count(held[0], held[1], held[2]);
    }

    /** Returns a fit's interval by name: power, floored, alpha, beta, surface, envelope, isoflop. */
    static BiFunction<ScalingRuns, Long, Estimate> fit(String name, int draws) {
        return switch (name) {
            case "power" -> (runs, seed) -> frontier(FrontierFit.power(runs), draws, seed);
            case "floored" -> (runs, seed) -> frontier(FrontierFit.floored(runs, Misfit.SQUARES), draws, seed);
            case "envelope" ->
                (runs, seed) -> row(Envelope.of(runs, 0.3, 60, 40).bootstrap(draws, seed), "size_exponent");
            case "isoflop" -> (runs, seed) -> row(IsoFlop.of(runs, 1, 16, 9).bootstrap(draws, seed), "size_exponent");
            case "surface" ->
                (runs, seed) ->
                        row(ScalingSurface.fit(runs, Misfit.SQUARES).bootstrap(runs, draws, seed), "size_exponent");
            default ->
                (runs, seed) -> row(ScalingSurface.fit(runs, Misfit.SQUARES).bootstrap(runs, draws, seed), name);
        };
    }

    private static Estimate frontier(FrontierFit fit, int draws, long seed) {
        FrontierFit.Bootstrap bootstrap = fit.bootstrap(draws, seed);
        return new Estimate(fit.law().exponent(), bootstrap.lo(), bootstrap.hi());
    }

    private static Estimate row(Table table, String parameter) {
        int i = table.stringColumn("parameter").firstIndexOf(parameter);
        return new Estimate(
                table.doubleColumn("estimate").getDouble(i),
                table.doubleColumn("lo").getDouble(i),
                table.doubleColumn("hi").getDouble(i));
    }

    /** Returns the law's exponent that a fit looks for. */
    static double law(String name) {
        return switch (name) {
            case "power", "floored" -> -ALPHA * BETA / (ALPHA + BETA);
            case "alpha" -> ALPHA;
            case "beta" -> BETA;
            default -> BETA / (ALPHA + BETA);
        };
    }

    /**
     * Counts how often {@link EqualLoss} holds the true ratio, of families one of which needs three times the compute of the other:
     * the ratio of all losses together, and the mean share of single losses whose own interval holds it.
     */
    static double[] equalLoss(double[] sizes, int seeds, int draws, int sets) {
        double[] held = new double[2];
        for (long set = 0; set < sets; set++) {
            EqualLoss found = EqualLoss.between(
                    runs(TIMES, sizes, seeds, 1, SCATTER, 2 * set),
                    runs(1, sizes, seeds, 1, SCATTER, 2 * set + 1),
                    draws,
                    set);
            held[0] += found.lo() <= TIMES && TIMES <= found.hi() ? 1 : 0;
            Table single = found.byLoss().dropRowsWithMissingValues();
            held[1] += single.doubleColumn("lo")
                            .isLessThanOrEqualTo(TIMES)
                            .and(single.doubleColumn("hi").isGreaterThanOrEqualTo(TIMES))
                            .size()
                    / (double) single.rowCount();
        }
        return new double[] {held[0] / sets, held[1] / sets};
    }

    /** Prints the coverage of the named fits: sets, draws, names; the name "equal" stands for {@link #equalLoss}. */
    public static void main(String... args) {
        int sets = Integer.parseInt(args[0]);
        int draws = Integer.parseInt(args[1]);
        Map<String, double[]> sizes = new LinkedHashMap<>();
        sizes.put("six", SIX);
        sizes.put("three", THREE);
        for (String name : Arrays.copyOfRange(args, 2, args.length)) {
            if (name.equals("equal")) {
                printEqualLoss(sizes, draws, sets);
                continue;
            }
            double floor = name.equals("power") ? 0 : 1;
            sizes.forEach((label, n) -> {
                for (int seeds = 1; seeds <= 2; seeds++) {
                    int k = seeds;
                    Count c = count(
                            fit(name, draws),
                            set -> runs(n, k, floor, SCATTER, set),
                            runs(n, 1, floor, 1e-9, 0),
                            law(name),
                            sets);
                    System.out.printf(
                            Locale.ROOT,
                            "%s, %s sizes, %d seeds: law %.3f, grid %.3f of %d sets, %d with an interval%n",
                            name,
                            label,
                            seeds,
                            c.law / (double) sets,
                            c.grid / (double) sets,
                            sets,
                            c.sets);
                }
            });
        }
    }

    private static void printEqualLoss(Map<String, double[]> sizes, int draws, int sets) {
        sizes.forEach((label, n) -> {
            for (int seeds = 1; seeds <= 2; seeds++) {
                double[] held = equalLoss(n, seeds, draws, sets);
                System.out.printf(
                        Locale.ROOT,
                        "equal loss, %s sizes, %d seeds: ratio %.3f, at single losses %.3f of %d sets%n",
                        label,
                        seeds,
                        held[0],
                        held[1],
                        sets);
            }
        });
    }
}
