package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The worker command itself: lines in, lines out, and its end. */
class WorkerLoopTest {
    @TempDir
    Path folder;

    private static String task(Cell cell) {
        return new Task(cell, List.of()).json();
    }

    @Test
    void answersEachCellAndEndsInTheMiddleOfOneWhenItsInputEnds() throws IOException, InterruptedException {
        Cell good = Studies.small("resnet_micro").cells(0).get(0);
        Cell endless = Studies.small("resnet_micro")
                .recipe(Studies.recipe().withEpochs(1e5))
                .cells(0)
                .get(0);
        String absurd = task(good).replace("trainImages\\\":60", "trainImages\\\":600000");
        Process worker = start();
        OutputStream in = worker.getOutputStream();
        try (BufferedReader out = worker.inputReader(StandardCharsets.UTF_8)) {
            send(in, task(good));
            assertEquals("@done " + good.id(), answer(out));
            send(in, absurd);
            String answer = answer(out);
            assertTrue(answer.startsWith("@failed 600000 training"), answer);
            send(in, task(endless));
            String at = out.readLine();
            assertTrue(at.startsWith(Worker.AT), at);
            Advance advance = Advance.parse(at.substring(Worker.AT.length()));
            assertEquals(1e5, advance.epochs());
            assertTrue(advance.epoch() > 0 && advance.loss() > 0, at);
            in.close();
            assertNull(answer(out));
            assertEquals(0, worker.waitFor());
        } finally {
            worker.destroyForcibly();
        }
        RowStore store = new RowStore(folder);
        assertTrue(store.find(good.id()).isPresent());
        assertTrue(store.find(endless.id()).isEmpty());
    }

    /** Returns the next line that does not only tell how far a training is. */
    private static String answer(BufferedReader out) throws IOException {
        String line = out.readLine();
        while (line != null && line.startsWith(Worker.AT)) {
            line = out.readLine();
        }
        return line;
    }

    @Test
    void lineThatIsNoCellIsAnsweredToo() throws IOException, InterruptedException {
        Process worker = start();
        OutputStream in = worker.getOutputStream();
        try (BufferedReader out = worker.inputReader(StandardCharsets.UTF_8)) {
            send(in, "{\"cell\":\"{\\\"dataset\\\":\\\"nothing\\\"}\",\"measures\":[]}");
            String answer = out.readLine();
            assertTrue(answer != null && answer.startsWith("@failed cell: unknown data set"), answer);
            in.close();
            assertEquals(0, worker.waitFor());
        } finally {
            worker.destroyForcibly();
        }
    }

    /** A worker whose measure hangs and hears of no interrupt, as native code does. */
    static final class StuckWorker {
        private StuckWorker() {}

        public static void main(String[] args) throws InterruptedException {
            Shutdown.setPatience(Duration.ofSeconds(Long.parseLong(args[1])));
            Measure stuck = Measure.of("stuck", trained -> {
                System.out.println("stuck");
                while (true) {
                    LockSupport.parkNanos(1_000_000);
                }
            });
            WorkerLoop.serve(System.in, System.out, new RowStore(Path.of(args[0])), List.of(stuck));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWorkerThatHangsIsGoneSoonAfterItsParent(boolean byEndOfInput) throws IOException, InterruptedException {
        long patience = Long.getLong("patience", 2);
        Cell cell = Studies.small("resnet_micro").cells(0).get(0);
        Process worker = new ProcessBuilder(
                        java(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StuckWorker.class.getName(),
                        folder.toString(),
                        String.valueOf(patience))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = worker.inputReader(StandardCharsets.UTF_8)) {
            send(worker.getOutputStream(), new Task(cell, List.of("stuck")).json());
            assertEquals("stuck", answer(out));
            long start = System.nanoTime();
            if (byEndOfInput) {
                worker.getOutputStream().close();
            } else {
                worker.toHandle().destroy();
            }
            assertTrue(worker.waitFor(patience + 15, TimeUnit.SECONDS), "it lives on");
            assertTrue(System.nanoTime() - start > patience * 1_000_000_000L, "it had its time");
        } finally {
            worker.destroyForcibly();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        java(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.backbonelab.Main",
                        "worker",
                        "--results",
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void send(OutputStream in, String line) throws IOException {
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }
}
