package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Predictions of the dearest runs by laws that were fitted without them: what an extrapolation is worth.
 *
 * <p>A good fit of all runs says little of it. Laws of compute alone are of the frontier, so they predict those runs that stand on it.
 */
public final class HeldOut {
    private HeldOut() {}

    /**
     * Fits without the dearest budgets and predicts them.
     *
     * @param runs with sizes and images for the surface; without them only the laws of compute are fitted
     * @param budgets how many of the largest different computes are held out
     * @param misfit of the floored law and the surface; the power law is always fitted by least squares
     * @return {@code law} (power, floored, surface), {@code network}, {@code compute}, {@code predicted}, {@code measured},
     *     {@code error} (predicted / measured - 1); the table's name says how many settings were fitted
     * @throws IllegalArgumentException if no budget is held out, or too few are left to fit
     */
    public static Table predict(ScalingRuns runs, int budgets, Misfit misfit) {
        double[] levels = Arrays.stream(runs.x).distinct().sorted().toArray();
        if (budgets < 1 || levels.length - budgets < 3) {
            throw new IllegalArgumentException(budgets + " of " + levels.length
                    + " budgets held out: expected at least 1, and at least 3 left to fit");
        }
        double first = levels[levels.length - budgets];
        ScalingRuns kept = runs.at(places(runs, false, first));
        int[] out = places(runs, true, first);
        List<Double> frontier = runs.frontier().doubleColumn(1).asList();
        int[] onFrontier =
                Arrays.stream(out).filter(i -> isOn(runs, i, frontier)).toArray();
        Map<String, IntToDoubleFunction> laws = new LinkedHashMap<>();
        Law power = FrontierFit.power(kept).law();
        Law floored = FrontierFit.floored(kept, misfit).law();
        laws.put("power", i -> power.at(runs.x[i]));
        laws.put("floored", i -> floored.at(runs.x[i]));
        if (runs.size.length > 0) {
            ScalingSurface surface = ScalingSurface.fit(kept, misfit);
            laws.put("surface", i -> surface.at(runs.size[i], runs.images[i]));
        }
        List<String> names = new ArrayList<>();
        List<Integer> at = new ArrayList<>();
        List<Double> predicted = new ArrayList<>();
        laws.forEach((name, law) -> {
            for (int i : name.equals("surface") ? out : onFrontier) {
                names.add(name);
                at.add(i);
                predicted.add(law.applyAsDouble(i));
            }
        });
        return table(runs, "fitted to " + kept.described() + ", " + misfit, names, at, predicted);
    }

    private static int[] places(ScalingRuns runs, boolean isOut, double first) {
        return IntStream.range(0, runs.x.length)
                .filter(i -> runs.x[i] >= first == isOut)
                .toArray();
    }

    /** Of two networks at one compute only the better is on the frontier. */
    private static boolean isOn(ScalingRuns runs, int i, List<Double> frontier) {
        return frontier.contains(runs.x[i])
                && IntStream.range(0, runs.x.length)
                        .filter(j -> runs.x[j] == runs.x[i])
                        .allMatch(j -> runs.y[j] >= runs.y[i]);
    }

    private static Table table(
            ScalingRuns runs, String title, List<String> names, List<Integer> at, List<Double> predicted) {
        return Table.create(
                title,
                StringColumn.create("law", names),
                StringColumn.create("network", at.stream().map(runs.network::get)),
                DoubleColumn.create("compute", at.stream().mapToDouble(i -> runs.x[i])),
                DoubleColumn.create("predicted", predicted),
                DoubleColumn.create("measured", at.stream().mapToDouble(i -> runs.y[i])),
                DoubleColumn.create(
                        "error",
                        IntStream.range(0, at.size()).mapToDouble(k -> predicted.get(k) / runs.y[at.get(k)] - 1)));
    }
}
