package org.backbonelab.study;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.backbonelab.recipe.Recipe;

/** The recipes of a grid: what a study varies within one, multiplied out. */
final class Variants {
    private final Map<Axis, double[]> varied = new LinkedHashMap<>();

    void vary(String field, double... values) {
        varied.put(Axis.varied(field), values.clone());
    }

    /** Returns all variants of the last phase, each with the phases before it. */
    List<List<Recipe>> of(
            List<Recipe> phases, List<String> optimizers, UnaryOperator<Recipe> rate, double[] lrFactors) {
        Recipe last = phases.get(phases.size() - 1);
        List<Recipe> grid = new ArrayList<>();
        if (optimizers.isEmpty()) {
            grid.add(last);
        }
        optimizers.forEach(o -> grid.add(last.withOptimizer(o)));
        grid.replaceAll(rate);
        List<Recipe> out =
                cross(grid, lrFactors, (r, f) -> r.withLr(round(r.optimization().lr() * f)));
        for (Map.Entry<Axis, double[]> axis : varied.entrySet()) {
            out = cross(out, axis.getValue(), axis.getKey()::change);
        }
        return out.stream()
                .map(r -> {
                    List<Recipe> variant = new ArrayList<>(phases);
                    variant.set(phases.size() - 1, r);
                    return variant;
                })
                .toList();
    }

    /** Cuts the noise of multiplication: 3 * 0.1 shall read 0.3 in every table. */
    static double round(double x) {
        return new BigDecimal(x).round(new MathContext(6)).doubleValue();
    }

    private static List<Recipe> cross(
            List<Recipe> recipes, double[] values, BiFunction<Recipe, Double, Recipe> change) {
        List<Recipe> out = new ArrayList<>();
        for (Recipe r : recipes) {
            for (double v : values) {
                out.add(change.apply(r, v));
            }
        }
        return out;
    }
}
