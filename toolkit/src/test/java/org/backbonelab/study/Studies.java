package org.backbonelab.study;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;

/** Studies that train in a second, and what to compare of their rows. */
final class Studies {
    private Studies() {}

    /** Half an epoch of 60 synthetic images. */
    static Recipe recipe() {
        return Recipe.supervised()
                .withBatchSize(10)
                .withEpochs(0.5)
                .withAugmentation(Augmentation.FLIP)
                .withRegularisation(0.1, 0.1);
    }

    static Study small(String... backbones) {
        return Study.of("small", "synthetic")
                .images(60, 20, 20)
                .backbones(backbones)
                .recipe(recipe());
    }

    /** Results and the hash of the weights, without times and the rest of the provenance. */
    static Map<String, String> outcomes(Collection<Row> rows) {
        return rows.stream().collect(Collectors.toMap(Row::id, Studies::outcome, (a, b) -> a, TreeMap::new));
    }

    private static String outcome(Row row) {
        Map<String, Double> metrics = new TreeMap<>(row.metrics());
        metrics.keySet().removeIf(Row::isTime);
        String weights = row.provenance().get("weights_sha256");
        return row.status() + " " + metrics + " " + new TreeMap<>(row.series()) + " " + weights;
    }

    /** A runner that makes up rows: top-1 is the number given for a cell; NaN has diverged. */
    static Runner fake(Function<Cell, Double> top1) {
        return (cells, store, done) -> {
            for (Cell cell : cells) {
                double number = top1.apply(cell);
                Row row = new Row(
                        cell.id(),
                        cell.json(),
                        cell.axes(),
                        Double.isNaN(number) ? Row.Status.DIVERGED : Row.Status.OK,
                        Map.of("val_top1", number, "test_top1", number),
                        Map.of(),
                        Map.of(),
                        0.1);
                store.put(row);
                done.accept(row);
            }
        };
    }

    /** A runner that breaks down after some cells. */
    static Runner breaking(Runner runner, int after) {
        return (cells, store, done) -> {
            Iterator<Cell> first = List.copyOf(cells).iterator();
            for (int i = 0; i < after; i++) {
                runner.run(List.of(first.next()), store, done);
            }
            throw new IllegalStateException("broken on purpose");
        };
    }

    static Results run(Study study, Runner runner, RowStore store) {
        return study.run(runner, store, Progress.NONE);
    }
}
