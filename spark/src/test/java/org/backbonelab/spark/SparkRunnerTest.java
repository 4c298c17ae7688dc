package org.backbonelab.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowComparison;
import org.backbonelab.results.RowStore;
import org.backbonelab.study.Advance;
import org.backbonelab.study.Cell;
import org.backbonelab.study.Progress;
import org.backbonelab.study.Runner;
import org.backbonelab.study.Runners;
import org.backbonelab.study.Study;
import org.backbonelab.study.Task;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a cluster of two executors, which are processes of this machine. */
@Timeout(240)
class SparkRunnerTest {
    private static final String CLUSTER = "local-cluster[2,1,1500]";

    @TempDir
    Path folder;

    @BeforeAll
    static void prepare() throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        Torch.setThreads(1);
    }

    @AfterAll
    static void end() {
        Cluster.stop();
    }

    @AfterEach
    void noListenersStay() throws IOException {
        try (var files = Files.walk(folder)) {
            assertFalse(files.anyMatch(f -> f.getFileName().toString().startsWith(".seen-by")), "signs are tidied up");
        }
    }

    private static Study study(double epochs) {
        Recipe recipe = Recipe.supervised()
                .withBatchSize(20)
                .withAugmentation(Augmentation.NONE)
                .withEpochs(epochs);
        return Study.of("spark", "synthetic")
                .images(100, 50, 50)
                .recipe(recipe)
                .backbones("resnet_micro", "convnextv2_micro")
                .optimizers("sgd", "adamw");
    }

    private RowStore store(String name) {
        return new RowStore(folder.resolve(name));
    }

    /** Bit for bit, times aside. */
    private static void assertSame(List<Row> expected, List<Row> found) {
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            RowComparison both = RowComparison.of(expected.get(i), found.get(i), 0);
            assertTrue(both.isSameMachine(), both.machine().toString());
            assertEquals(List.of(), both.differences());
            assertEquals(
                    expected.get(i).provenance().get("weights_sha256"),
                    found.get(i).provenance().get("weights_sha256"));
        }
    }

    private List<Row> serial(Study study) {
        return study.run(Runners.serial(List.of()), store("serial"), Progress.NONE)
                .rows();
    }

    @Test
    void rowsAreThoseOfTheSerialRunner() {
        Study study = study(1).seeds(0, 1);
        List<String> machines = new ArrayList<>();
        Progress progress = new Progress() {
            @Override
            public void machines(String text) {
                machines.add(text);
            }
        };
        Runner spark = Runners.of(CLUSTER, List.of());
        List<Row> rows = study.run(spark, store("spark"), progress).rows();
        assertSame(serial(study), rows);
        assertTrue(
                machines.stream().anyMatch(m -> m.startsWith("2 executors on 1 machine, 2 in training")),
                machines.toString());
        List<String> counted = new ArrayList<>();
        study.run((tasks, store, listener) -> counted.add("asked"), store("spark"), Progress.NONE);
        assertEquals(List.of(), counted, "all is finished");
    }

    @Test
    void anExecutorThatIsKilledCostsNothingButTime() {
        Study study = study(25);
        List<ProcessHandle> killed = new ArrayList<>();
        List<String> machines = new ArrayList<>();
        Progress progress = new Progress() {
            @Override
            public void training(String label, Advance advance) {
                if (killed.isEmpty() && advance.epoch() > 3) {
                    ProcessHandle one = executors().get(0);
                    one.destroyForcibly();
                    killed.add(one);
                }
            }

            @Override
            public void machines(String text) {
                machines.add(text);
            }
        };
        List<Row> rows = study.run(Runners.of(CLUSTER, List.of()), store("killed"), progress)
                .rows();
        assertEquals(1, killed.size());
        assertSame(serial(study), rows);
        assertTrue(machines.stream().anyMatch(m -> m.contains("1 lost, 1 cell taken up again")), machines.toString());
    }

    private static List<ProcessHandle> executors() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    @Test
    void aCellThatCannotBeTrainedIsNamedAndTheOthersAreKept() {
        Study study = Study.of("spark", "synthetic")
                .images(100, 50, 50)
                .recipe(Recipe.supervised().withEpochs(1).withObjective("fcmae"))
                .backbones("resnet_micro");
        List<Cell> good = new ArrayList<>();
        List<Task> tasks = new ArrayList<>();
        Runner collect = (all, store, listener) -> {
            tasks.addAll(all);
            throw new CancellationException("only looked at");
        };
        assertThrows(CancellationException.class, () -> study.run(collect, store("look"), Progress.NONE));
        assertThrows(CancellationException.class, () -> study(1).run(collect, store("look"), Progress.NONE));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Runners.of(CLUSTER, List.of())
                .run(tasks, store("some"), row -> good.add(Cell.parse(row.cell()))));
        assertTrue(
                e.getMessage().startsWith("1 of 5 cells failed, the others are finished and kept: resnet_micro"),
                e.getMessage());
        assertEquals(4, good.size());
    }

    @Test
    void anInterruptLeavesNoProcess() throws InterruptedException {
        Progress progress = new Progress() {
            @Override
            public void training(String label, Advance advance) {
                Thread.currentThread().interrupt();
            }
        };
        assertThrows(CancellationException.class, () -> study(1000)
                .run(Runners.of(CLUSTER, List.of()), store("interrupted"), progress));
        assertTrue(Thread.interrupted());
        Consumer<ProcessHandle> gone =
                p -> p.onExit().orTimeout(40, TimeUnit.SECONDS).join();
        executors().forEach(gone);
        assertEquals(List.of(), executors());
        String[] left = folder.resolve("interrupted").toFile().list((d, name) -> name.endsWith(".ckpt"));
        assertEquals(2, left.length, "both cells in training left a checkpoint");
    }
}
