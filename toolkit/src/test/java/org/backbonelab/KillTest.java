package org.backbonelab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.recipe.Ema;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.study.Cell;
import org.backbonelab.study.CellTrainer;
import org.backbonelab.study.Task;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real JVM that is killed at random moments, continued each time, and gives the row of an unbroken run.
 *
 * <p>It writes a checkpoint whenever the last is written, so kills fall into writes, too. {@code -Dkills=20} makes it
 * 20 kills.
 */
class KillTest {
    private static final int KILLS = Integer.getInteger("kills", 3);
    private static final int SIGTERM = 143;

    @TempDir
    Path folder;

    /** Two phases, {@code 12 * scale} updates of some ten milliseconds. */
    private static Cell cell(int scale) {
        Recipe first = Recipes.fcmae().withBatchSize(20).withEpochs(scale, 0.5);
        Recipe second = Recipe.supervised()
                .withBatchSize(20)
                .withEpochs(3.0 * scale, 1)
                .withAugmentation(Augmentation.CROP_FLIP)
                .withRegularisation(0.1, 0.1)
                .withEma(Ema.of(0.95))
                .withEvaluateEvery(scale);
        return new Cell("synthetic", 60, 40, 40, "convnextv2_micro", "kill", List.of(first, second), 3);
    }

    private Process start(Cell cell, String... command) throws IOException {
        Path file = Files.writeString(folder.resolve("cell.json"), cell.json());
        List<String> arguments = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                "org.backbonelab.Main"));
        arguments.addAll(List.of(command));
        if (List.of(command).equals(List.of("run"))) {
            arguments.add(file.toString());
        }
        arguments.addAll(List.of("--results", folder.resolve("rows").toString()));
        ProcessBuilder builder = new ProcessBuilder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().putAll(Map.of("BACKBONELAB_CHECKPOINT_SECONDS", "0", "BACKBONELAB_THREADS", "1"));
        return builder.start();
    }

    private Path checkpoint(Cell cell) {
        return folder.resolve("rows").resolve(cell.id() + ".ckpt");
    }

    /** Waits until the process has written a checkpoint of its own. */
    private void awaitProgress(Cell cell, Process process) throws InterruptedException, IOException {
        FileTime before = written(cell);
        long start = System.nanoTime();
        while (written(cell).equals(before)) {
            assertTrue(process.isAlive(), () -> log());
            assertTrue(System.nanoTime() - start < 60_000_000_000L, () -> "no checkpoint in a minute: " + log());
            Thread.sleep(2);
        }
    }

    private FileTime written(Cell cell) throws IOException {
        try {
            return Files.getLastModifiedTime(checkpoint(cell));
        } catch (NoSuchFileException e) {
            // Not yet there, or on its way to its second name.
            return FileTime.fromMillis(0);
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Row row(Cell cell) {
        return new RowStore(folder.resolve("rows")).find(cell.id()).orElseThrow(() -> new AssertionError(log()));
    }

    private static String outcome(Row row) {
        Map<String, Double> metrics = new TreeMap<>(row.metrics());
        metrics.keySet().removeIf(Row::isTime);
        return row.status() + " " + metrics + " " + row.series() + " "
                + row.provenance().get("weights_sha256");
    }

    @Test
    void killedAtRandomMomentsItEndsWithTheRowOfAnUnbrokenRun() throws IOException, InterruptedException {
        Cell cell = cell(Math.max(4, KILLS));
        RandomGenerator random = Seeds.stream(System.nanoTime(), "kill");
        int insideWrites = 0;
        for (int i = 0; i < KILLS; i++) {
            Process process = start(cell, "run");
            awaitProgress(cell, process);
            boolean ended = process.waitFor(random.nextInt(200), TimeUnit.MILLISECONDS);
            assertFalse(ended, "the cell is too small to be killed " + KILLS + " times on this machine");
            process.destroyForcibly().waitFor();
            insideWrites += hasRemains() ? 1 : 0;
        }
        assertTrue(KILLS < 20 || insideWrites > 0, "none of " + KILLS + " kills fell into a write");
        assertEquals(0, start(cell, "run").waitFor(), this::log);
        Row unbroken = new CellTrainer(List.of()).train(cell);
        assertEquals(outcome(unbroken), outcome(row(cell)));
        assertFalse(
                row(cell).provenance().containsKey("resumed_from"), row(cell).provenance()::toString);
        try (Stream<Path> left = Files.list(folder.resolve("rows"))) {
            assertEquals(
                    List.of(cell.id() + ".json"),
                    left.map(f -> f.getFileName().toString())
                            .filter(name -> !name.equals("weights"))
                            .toList());
        }
    }

    private boolean hasRemains() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("rows"))) {
            return all.anyMatch(f -> f.toString().endsWith(".tmp"));
        }
    }

    @Test
    void sigtermFinishesTheBatchWritesTheCheckpointAndExitsWith143() throws IOException, InterruptedException {
        Cell cell = cell(3);
        Process process = start(cell, "run");
        awaitProgress(cell, process);
        process.destroy();
        assertEquals(SIGTERM, process.waitFor(), this::log);
        assertTrue(
                log().matches("training was interrupted at step [0-9]+ of [0-9]+; started again, .*\\s*"), this::log);
        assertTrue(Files.exists(checkpoint(cell)));
        assertEquals(0, start(cell, "run").waitFor(), this::log);
        Path row = folder.resolve("rows").resolve(cell.id() + ".json");
        assertEquals(0, start(cell, "run", "--again", row.toString()).waitFor(), this::log);
        assertTrue(log().contains("compared bit for bit"), this::log);
    }

    @Test
    void workerWritesItsCheckpointAndEndsToo() throws IOException, InterruptedException {
        Cell cell = cell(1000);
        Process worker = start(cell, "worker");
        worker.getOutputStream().write((new Task(cell, List.of()).json() + "\n").getBytes(StandardCharsets.UTF_8));
        worker.getOutputStream().flush();
        awaitProgress(cell, worker);
        // Process.destroy would close its input, too.
        worker.toHandle().destroy();
        assertEquals(SIGTERM, worker.waitFor(), this::log);
        assertFalse(hasRemains());
        Process orphan = start(cell, "worker");
        orphan.getOutputStream().write((new Task(cell, List.of()).json() + "\n").getBytes(StandardCharsets.UTF_8));
        orphan.getOutputStream().flush();
        awaitProgress(cell, orphan);
        orphan.getOutputStream().close();
        assertEquals(0, orphan.waitFor(), this::log);
        assertFalse(hasRemains());
    }

    @Test
    void damagedCheckpointsEndTheCommandWithOneSentence() throws IOException, InterruptedException {
        Cell cell = cell(1);
        Files.createDirectories(folder.resolve("rows"));
        Files.writeString(checkpoint(cell), "nonsense of another program");
        Process process = start(cell, "run");
        assertEquals(2, process.waitFor());
        assertEquals(1, log().lines().count(), this::log);
        assertTrue(log().contains(cell.id() + ".ckpt is no checkpoint of today's Backbone Lab"), this::log);
        assertEquals("nonsense of another program", Files.readString(checkpoint(cell)));
    }
}
