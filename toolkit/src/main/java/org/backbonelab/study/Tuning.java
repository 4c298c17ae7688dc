package org.backbonelab.study;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Goal;
import org.backbonelab.results.Row;

/** The learning rate of each group of cells: which is best, and what to try where it lies at the grid's edge. */
final class Tuning {
    private final Goal goal;

    /** Goes by a column of the held-out images. */
    Tuning(String column) {
        goal = new Goal(column);
    }

    /**
     * Returns, for each group of cells that differ in the learning rate only, the next one beyond the best.
     *
     * <p>The step is that between the two outermost rates. A group whose best rate has neighbours on both sides, or that
     * has one rate only, gets none; a smaller neighbour that diverged is none.
     *
     * @param rows of all cells, by id
     */
    List<Cell> beyond(List<Cell> cells, Map<String, Row> rows) {
        return groups(cells).stream()
                .flatMap(group -> beyondOne(group, rows).stream())
                .toList();
    }

    /**
     * Returns the best of each group of cells that differ in the learning rate only; of equals the first, one that diverged
     * only where all did.
     *
     * @param rows of all cells, by id
     */
    List<Cell> best(List<Cell> cells, Map<String, Row> rows) {
        return groups(cells).stream()
                .map(group -> group.stream()
                        .reduce((a, b) -> score(rows, b) > score(rows, a) ? b : a)
                        .orElseThrow())
                .toList();
    }

    private static Collection<List<Cell>> groups(List<Cell> cells) {
        Map<String, List<Cell>> groups = new LinkedHashMap<>();
        cells.forEach(c -> groups.computeIfAbsent(withLr(c, 1).id(), k -> new ArrayList<>())
                .add(c));
        return groups.values();
    }

    private Optional<Cell> beyondOne(List<Cell> group, Map<String, Row> rows) {
        NavigableMap<Double, Double> scores = new TreeMap<>();
        group.forEach(cell -> scores.put(lr(cell), score(rows, cell)));
        OptionalDouble next = Search.beyond(scores);
        return next.isEmpty() ? Optional.empty() : Optional.of(withLr(group.get(0), next.getAsDouble()));
    }

    private double score(Map<String, Row> rows, Cell cell) {
        return goal.score(rows.get(cell.id()).metrics().getOrDefault(goal.column(), Double.NaN));
    }

    private static double lr(Cell cell) {
        return cell.recipe().optimization().lr();
    }

    private static Cell withLr(Cell cell, double lr) {
        List<Recipe> phases = new ArrayList<>(cell.phases());
        phases.set(phases.size() - 1, cell.recipe().withLr(lr));
        return cell.withPhases(phases);
    }
}
