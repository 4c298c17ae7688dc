package org.backbonelab.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.backbonelab.data.Interruptions;
import org.backbonelab.recipe.OptimizationSettings;
import org.backbonelab.recipe.Recipe;

/**
 * Something that tells the cells of a study apart.
 *
 * @param column its name in every table
 * @param reading what a cell has; null where the axis says nothing of it
 * @param changing gives a recipe another value; null where a study cannot vary it by number
 */
record Axis(String column, Function<Cell, Object> reading, BiFunction<Recipe, Double, Recipe> changing) {
    /** All, in the order of the columns. */
    static final List<Axis> ALL = List.of(
            fixed("dataset", Cell::dataset),
            fixed("train_images", Cell::trainImages),
            fixed("backbone", Cell::backbone),
            fixed("track", Cell::track),
            fixed("optimizer", c -> optimization(c).optimizer()),
            new Axis("lr", c -> optimization(c).lr(), Recipe::withLr),
            new Axis("weight_decay", c -> optimization(c).weightDecay(), Recipe::withWeightDecay),
            new Axis("rho", c -> optimization(c).rho(), Recipe::withRho),
            fixed(
                    "sharpness",
                    c -> optimization(c).hasOtherSharpness()
                            ? optimization(c).sharpness().toString()
                            : null),
            new Axis("epochs", c -> c.recipe().schedule().epochs(), Recipe::withEpochs),
            new Axis("agc", c -> optimization(c).agc(), Recipe::withAgc),
            new Axis("clip_norm", c -> optimization(c).clipNorm(), Recipe::withClipNorm),
            fixed(
                    "interruptions",
                    c -> interruptions(c).count() > 0 ? interruptions(c).count() : null),
            fixed(
                    "restart",
                    c -> interruptions(c).count() > 0
                            ? interruptions(c).restart().name()
                            : null),
            fixed("seed", Cell::seed));

    private static Axis fixed(String column, Function<Cell, Object> reading) {
        return new Axis(column, reading, null);
    }

    /**
     * Returns the axis that a study can vary under a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Axis varied(String column) {
        List<Axis> known = ALL.stream().filter(a -> a.changing != null).toList();
        return known.stream()
                .filter(a -> a.column.equals(column))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("cannot vary \"" + column + "\"; known are "
                        + known.stream().map(Axis::column).collect(Collectors.joining(", "))));
    }

    /** Returns what tells a cell from others, by column name. */
    static Map<String, Object> of(Cell cell) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Axis axis : ALL) {
            Object value = axis.reading.apply(cell);
            if (value != null) {
                out.put(axis.column, value);
            }
        }
        return out;
    }

    /** Returns a recipe with another value. */
    Recipe change(Recipe recipe, double value) {
        return changing.apply(recipe, value);
    }

    private static Interruptions interruptions(Cell cell) {
        return cell.recipe().data().interruptions();
    }

    private static OptimizationSettings optimization(Cell cell) {
        return cell.recipe().optimization();
    }
}
