package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real worker processes, each a JVM with libtorch. */
class ProcessRunnerTest {
    @TempDir
    Path folder;

    private RowStore store(String name) {
        return new RowStore(folder.resolve(name));
    }

    /** Workers rest for a moment only, so that a test sees them end. */
    private static ProcessRunner runner(int workers) {
        return new ProcessRunner(workers, new WorkerPool(Duration.ofMillis(100)));
    }

    private static Study study() {
        return Studies.small("resnet_micro", "vit_micro").optimizers("sgd", "adamw");
    }

    @Test
    void workersGiveTheRowsOfOneThreadInThisProcess() {
        assertEquals(1, Torch.threads());
        List<Row> here =
                Studies.run(study(), Runners.serial(List.of()), store("here")).rows();
        List<Row> there =
                Studies.run(study(), new ProcessRunner(2), store("there")).rows();
        assertEquals(4, there.size());
        assertEquals(Studies.outcomes(here), Studies.outcomes(there));
        assertEquals(
                here.stream().map(Row::id).toList(),
                there.stream().map(Row::id).toList(),
                "rows are in the order of the study, whoever was first");
    }

    /** The worker is killed as soon as the first cell is there, so in the second or on its way to it. */
    @Test
    void killedWorkerIsReplacedAndTheStudyEnds() {
        Set<Long> killed = new HashSet<>();
        Set<Long> others = new HashSet<>(pids());
        List<Row> rows = new ArrayList<>();
        runner(1).run(Studies.tasks(study()), store("killed"), row -> {
            rows.add(row);
            if (killed.isEmpty()) {
                workers(others).forEach(p -> {
                    killed.add(p.pid());
                    p.destroyForcibly();
                });
            }
        });
        assertEquals(1, killed.size());
        assertEquals(4, rows.size());
        assertEquals(4, store("killed").all().size());
        assertWorkersEnd(others);
    }

    /** The workers of the first cell are killed as they come, both of its tries. */
    @Test
    void aCellWhoseWorkersDieTwiceFailsAloneAndTheMessageTellsHowTheyDied() {
        Set<Long> others = new HashSet<>(pids());
        RowStore store = store("dying");
        List<Task> tasks = Studies.tasks(study());
        Thread killer = new Thread(() -> {
            Set<Long> killed = new HashSet<>();
            while (killed.size() < 2) {
                for (ProcessHandle worker : workers(others)) {
                    // Until it runs a worker, a new process is still the JVM's helper that starts it.
                    boolean isWorker = List.of(worker.info().arguments().orElse(new String[0]))
                            .contains("org.backbonelab.Main");
                    if (killed.size() < 2 && isWorker && killed.add(worker.pid())) {
                        worker.destroyForcibly();
                    }
                }
                Thread.onSpinWait();
            }
        });
        killer.setDaemon(true);
        killer.start();
        String message = assertThrows(
                        IllegalStateException.class, () -> new ProcessRunner(1).run(tasks, store, row -> {}))
                .getMessage();
        assertTrue(message.startsWith("1 of 4 cells failed, the others are finished and kept: "), message);
        assertTrue(message.contains(tasks.get(0).cell().label() + ": failed 2 times"), message);
        assertTrue(message.contains("(signal 9: killed by somebody, or by the system for want of memory)"), message);
        assertTrue(message.contains("it wrote nothing to its log"), message);
        assertEquals(3, store.all().size());
        assertWorkersEnd(others);
    }

    /** On a disk of its own, which only root can make: the row waits until something else has made room. */
    @Test
    void aRowIsWrittenWhenThereIsRoomAgain() throws IOException, InterruptedException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                done("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk.toString()), "cannot mount a disk");
        try {
            RowStore store = new RowStore(disk);
            Files.write(disk.resolve("filler"), new byte[360_000]);
            CompletableFuture<Integer> rows = CompletableFuture.supplyAsync(
                    () -> Studies.run(Studies.small("resnet_micro"), new ProcessRunner(1), store)
                            .rows()
                            .size());
            assertThrows(TimeoutException.class, () -> rows.get(20, TimeUnit.SECONDS), "there was room");
            assertEquals(0, store.all().size());
            Files.delete(disk.resolve("filler"));
            assertEquals(1, rows.orTimeout(60, TimeUnit.SECONDS).join());
            assertEquals(1, store.all().size());
        } finally {
            assertTrue(done("umount", "-l", disk.toString()));
        }
    }

    private static boolean done(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void cellAtFaultIsToldAndNotTriedAgain() {
        Study study = Studies.small("resnet_micro").track("fcmae", Recipes.fcmae());
        Set<Long> others = new HashSet<>(pids());
        String message = assertThrows(IllegalArgumentException.class, () -> new ProcessRunner(1)
                        .run(Studies.tasks(study), store("bad"), row -> {}))
                .getMessage();
        assertTrue(message.contains("resnet_micro") && message.contains("expected a ConvNeXt"), message);
        assertWorkersEnd(others);
    }

    /** One of three cannot be trained: the others are, and the end tells which failed. */
    @Test
    void aFailingCellDoesNotStopTheOthers() {
        Study study =
                Studies.small("resnet_micro", "convnextv2_micro", "vit_micro").track("t", Studies.recipe());
        List<Task> tasks = new ArrayList<>(Studies.tasks(study));
        Cell fine = tasks.get(0).cell();
        Cell bad = new Cell("synthetic", 60, 20, 20, "resnet_micro", "t", List.of(Recipes.fcmae()), 0);
        assertEquals(fine.backbone(), bad.backbone());
        tasks.add(0, new Task(bad, List.of()));
        for (Runner runner : List.of(new ProcessRunner(1), Runners.serial(List.of()))) {
            RowStore store = store(runner.getClass().getSimpleName().replaceAll("[^A-Za-z]", ""));
            List<String> done = new ArrayList<>();
            String message = assertThrows(
                            IllegalArgumentException.class, () -> runner.run(tasks, store, row -> done.add(row.id())))
                    .getMessage();
            assertTrue(
                    message.startsWith("1 of 4 cells failed, the others are finished and kept: resnet_micro"), message);
            assertTrue(message.contains("expected a ConvNeXt"), message);
            assertEquals(3, done.size());
            assertEquals(3, store.all().size());
        }
    }

    @Test
    void interruptionStopsTheWorkersAndKeepsFinishedCells() {
        Set<Long> others = new HashSet<>(pids());
        RowStore store = store("interrupted");
        assertThrows(CancellationException.class, () -> runner(1)
                .run(Studies.tasks(study()), store, row -> Thread.currentThread()
                        .interrupt()));
        assertTrue(Thread.interrupted(), "the flag stays for the caller");
        assertFalse(store.all().isEmpty());
        assertWorkersEnd(others);
    }

    /** A study of several runs starts its processes once; those of another folder are others. */
    @Test
    void workersServeTheNextRunToo() {
        Set<Long> others = new HashSet<>(pids());
        ProcessRunner runner = new ProcessRunner(1, new WorkerPool(Duration.ofSeconds(5)));
        List<Task> tasks = Studies.tasks(study());
        runner.run(tasks.subList(0, 1), store("one"), row -> {});
        List<Long> first = workers(others).stream().map(ProcessHandle::pid).toList();
        assertEquals(1, first.size());
        runner.run(tasks.subList(1, 2), store("one"), row -> {});
        assertEquals(first, workers(others).stream().map(ProcessHandle::pid).toList());
        runner.run(tasks.subList(2, 3), store("two"), row -> {});
        assertEquals(2, workers(others).size());
        assertEquals(2, store("one").all().size());
        workers(others).get(0).destroyForcibly();
        workers(others).forEach(w -> w.onExit().orTimeout(60, TimeUnit.SECONDS).join());
        runner.run(tasks.subList(3, 4), store("one"), row -> {});
        assertEquals(3, store("one").all().size(), "one that died while it rested is replaced");
        assertWorkersEnd(others);
        assertFalse(Files.exists(folder.resolve("one/logs/worker-0.args")));
    }

    private static List<Long> pids() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).toList();
    }

    private static List<ProcessHandle> workers(Set<Long> others) {
        return ProcessHandle.current()
                .children()
                .filter(p -> !others.contains(p.pid()))
                .toList();
    }

    private static void assertWorkersEnd(Set<Long> others) {
        for (ProcessHandle worker : workers(others)) {
            worker.onExit().join();
        }
        assertEquals(List.of(), workers(others));
    }
}
