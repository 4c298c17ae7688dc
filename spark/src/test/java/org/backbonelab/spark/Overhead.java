package org.backbonelab.spark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.RowStore;
import org.backbonelab.study.Cell;
import org.backbonelab.study.Runners;
import org.backbonelab.study.Task;

/** What it costs to hand out a cell and to hear of it: two thousand cells that fail before they train. */
final class Overhead {
    private static final int CELLS = 2000;

    private Overhead() {}

    /** Prints milliseconds a cell, with the runner of the first argument and the folder of the second. */
    public static void main(String[] arguments) {
        for (int count : new int[] {2, CELLS}) {
            // Synthetic images have 28 pixels, which this network's stride does not fit into.
            List<Task> tasks = LongStream.range(0, count)
                    .mapToObj(seed -> new Cell(
                            "synthetic", 20, 10, 10, "convnextv2_atto", "plain", List.of(Recipe.supervised()), seed))
                    .map(cell -> new Task(cell, List.of()))
                    .toList();
            long begin = System.nanoTime();
            try {
                Runners.of(arguments[0], List.of()).run(tasks, new RowStore(Path.of(arguments[1])), row -> {});
                throw new AssertionError("a cell was trained, expected all to fail");
            } catch (IllegalArgumentException e) {
                System.out.println(count + " cells, "
                        + Duration.ofNanos(System.nanoTime() - begin).toMillis() / (double) count + " ms each: "
                        + e.getMessage().substring(0, 40));
            }
        }
        System.exit(0);
    }
}
