package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
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

    /** A runner that makes up rows: top-1 and loss are the number given for a cell; NaN has diverged. */
    static Runner fake(Function<Cell, Double> top1) {
        return (tasks, store, listener) -> {
            for (Task task : tasks) {
                Cell cell = task.cell();
                double number = top1.apply(cell);
                Row row = new Row(
                        cell.id(),
                        cell.json(),
                        Axis.of(cell),
                        Double.isNaN(number) ? Row.Status.DIVERGED : Row.Status.OK,
                        Map.of("val_top1", number, "val_loss", number, "test_top1", number),
                        Map.of(),
                        Map.of(Finished.SEMANTICS, Semantics.of(cell)),
                        0.1);
                store.put(row);
                listener.done(row);
            }
        };
    }

    /** Returns the cells of a study's first seed as tasks without measures. */
    static List<Task> tasks(Study study) {
        return study.cells(0).stream().map(cell -> new Task(cell, List.of())).toList();
    }

    /** A runner that breaks down after some cells. */
    static Runner breaking(Runner runner, int after) {
        return (tasks, store, listener) -> {
            Iterator<Task> first = List.copyOf(tasks).iterator();
            for (int i = 0; i < after; i++) {
                runner.run(List.of(first.next()), store, listener);
            }
            throw new IllegalStateException("broken on purpose");
        };
    }

    /** Trains until the weights of the first phase are there, and interrupts the second. */
    static void trainFirstPhase(Cell cell, RowStore store) {
        Thread here = Thread.currentThread();
        Thread watcher = new Thread(() -> {
            while (!Files.exists(store.weights(cell.id(), 0))) {
                Thread.onSpinWait();
            }
            here.interrupt();
        });
        watcher.setDaemon(true);
        watcher.start();
        assertThrows(CancellationException.class, () -> new CellTrainer(List.of()).train(cell, store));
        assertTrue(Thread.interrupted(), "the flag stays for the caller");
    }

    static Results run(Study study, Runner runner, RowStore store) {
        return study.run(runner, store, Progress.NONE);
    }

    /** Writes down what progress is told. */
    static Progress telling(List<String> told) {
        return new Progress() {
            @Override
            public void started(int total, int done, int diverged) {
                told.add("started " + done + "/" + total + ", " + diverged + " diverged");
            }

            @Override
            public void readBack(int cells, int diverged, int total) {
                told.add("read back " + cells + "/" + total + ", " + diverged + " diverged");
            }

            @Override
            public void finished(int done, int total, String label, String result, Duration spent) {
                told.add(done + "/" + total + " " + result);
            }

            @Override
            public void ended() {
                told.add("ended");
            }
        };
    }
}
