package org.backbonelab.study;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.results.RowStore;

/**
 * One process that trains cells: cells go in on its standard input, ids of finished ones come out.
 *
 * <p>It ends when its standard input ends, so it never outlives its parent for long, however that died: a training in it
 * finishes its batch and writes its checkpoint.
 */
final class Worker implements AutoCloseable {
    static final String DONE = "@done ";
    static final String FAILED = "@failed ";
    private static final int LOG_TAIL = 2000;
    /** Seconds that a training has to write its checkpoint. */
    private static final int PATIENCE = 30;

    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;
    private final Path log;

    Worker(int number, RowStore store) throws IOException {
        Path logs = Files.createDirectories(store.folder().resolve("logs"));
        log = logs.resolve("worker-" + number + ".log");
        // One file a worker: another's may be read while this one is written.
        Path arguments =
                logs.resolve("worker-" + number + "." + ProcessHandle.current().pid() + ".args");
        AtomicFile.write(
                arguments, "-cp\n\"" + System.getProperty("java.class.path").replace("\\", "\\\\") + "\"\n");
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        // The collector's threads would take a core from libtorch's, and garbage of a batch needs no large heap.
        command.addAll(List.of(
                "-Xmx1500m",
                "-XX:+UseSerialGC",
                "-Xmn24m",
                "-Djava.awt.headless=true",
                "-DdisableProgressBar=true",
                "@" + arguments,
                "org.backbonelab.Main",
                "worker",
                "--results",
                store.folder().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        // One thread each: several small trainings side by side beat one on several threads.
        builder.environment().put("BACKBONELAB_THREADS", "1");
        builder.environment().put("OMP_NUM_THREADS", "1");
        process = builder.start();
        in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Does a task in the process; returns when its row is stored.
     *
     * @throws CellFailure if the cell itself is at fault: training it again would fail again
     * @throws IOException if the process broke down
     */
    void train(Task task) throws IOException {
        in.write(task.json());
        in.newLine();
        in.flush();
        String line = out.readLine();
        while (line != null && !line.startsWith(DONE) && !line.startsWith(FAILED)) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("worker process ended early" + exit() + ": " + tail());
        }
        if (line.startsWith(FAILED)) {
            throw new CellFailure(line.substring(FAILED.length()));
        }
    }

    /** A cell that cannot be trained. */
    static final class CellFailure extends RuntimeException {
        CellFailure(String message) {
            super(message);
        }
    }

    /** Says how the process ended, if it has. */
    private String exit() {
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                int code = process.exitValue();
                return code > 128 ? " (signal " + (code - 128) + ")" : " (exit code " + code + ")";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "";
    }

    private String tail() throws IOException {
        String text = Files.readString(log);
        return text.substring(Math.max(0, text.length() - LOG_TAIL)).trim() + " (whole log: " + log + ")";
    }

    /** Ends the process; a training in it has time to finish its batch and write its checkpoint. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().completeOnTimeout(process, PATIENCE, TimeUnit.SECONDS).join();
        process.destroyForcibly();
    }
}
