package org.backbonelab.spark;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.model.Cost;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Source;
import org.backbonelab.study.Cell;
import org.backbonelab.study.Task;

/** Estimates how long cells take, to begin with those that take longest: the last to end is then a short one. */
final class Work {
    private Work() {}

    /** Returns tasks by falling multiply-adds of all their epochs; equal ones keep their order. */
    static List<Task> longestFirst(List<Task> tasks) {
        Map<String, Double> known = new HashMap<>();
        Map<Task, Double> work = new HashMap<>();
        tasks.forEach(task -> work.put(task, of(task.cell(), known)));
        return tasks.stream()
                .sorted(Comparator.comparingDouble((Task task) -> -work.get(task)))
                .toList();
    }

    private static double of(Cell cell, Map<String, Double> known) {
        double macs = known.computeIfAbsent(cell.backbone() + " " + cell.dataset(), key -> macs(cell));
        return macs * cell.phases().stream().mapToDouble(r -> images(cell, r)).sum();
    }

    private static double images(Cell cell, Recipe recipe) {
        Source source = recipe.data().source();
        int images = source.equals(Source.CELL) ? cell.trainImages() : source.images();
        return images * recipe.schedule().epochs() * recipe.optimization().passes();
    }

    /** Of an image; 1 where that cannot be known here, and the cell itself will say why. */
    private static double macs(Cell cell) {
        try {
            ImageSource images = Datasets.get(cell.dataset()).train();
            ImageSpec spec = new ImageSpec(images.channels(), images.size(), images.classes());
            return Cost.of(cell.backbone(), spec).macs();
        } catch (IllegalArgumentException | DataException e) {
            return 1;
        }
    }
}
