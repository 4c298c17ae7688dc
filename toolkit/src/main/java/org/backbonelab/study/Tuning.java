package org.backbonelab.study;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        List<Cell> sorted =
                group.stream().sorted(Comparator.comparing(Tuning::lr)).toList();
        int last = sorted.size() - 1;
        if (last == 0) {
            return Optional.empty();
        }
        int best = 0;
        for (int i = 1; i <= last; i++) {
            // Of equals the smaller counts: where nothing has trained, smaller rates are the way out.
            if (score(rows, sorted.get(i)) > score(rows, sorted.get(best))) {
                best = i;
            }
        }
        // Where the next smaller rate has diverged, the best one is the luck of a rate too high: smaller ones are the
        // way out.
        boolean unbounded = best == 0 || Double.isInfinite(score(rows, sorted.get(best - 1)));
        if (!unbounded && best < last) {
            return Optional.empty();
        }
        double edge = lr(sorted.get(unbounded ? 0 : last));
        double inner = lr(sorted.get(unbounded ? 1 : last - 1));
        return Optional.of(withLr(sorted.get(0), Variants.round(edge * edge / inner)));
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
