package org.backbonelab.study;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.DiskFullException;
import org.backbonelab.results.RowStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process that trains cells: cells go in on its standard input, ids of finished ones come out.
 *
 * <p>It ends when its standard input ends, so it never outlives its parent for long, however that died: a training in it
 * finishes its batch and writes its checkpoint.
 */
final class Worker implements AutoCloseable {
    static final String DONE = "@done ";
    static final String FAILED = "@failed ";
    static final String FULL = "@full ";
    static final String NOTE = "@note ";
    static final String AT = "@at ";
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final long LONGEST_LOG = 10_000_000;
    private static final int LOG_TAIL = 2000;
    /** Seconds that a training has to write its checkpoint. */
    private static final int PATIENCE = 30;
    /** 128 + 9, what a process that SIGKILL has ended exits with. */
    private static final int KILLED = 137;

    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;
    private final Path log;
    private final Path arguments;

    /** Where in the log, which those of the same number before have written too, this process begins. */
    private final long begin;

    private final int number;
    private final Path folder;
    private final AtomicLong rests = new AtomicLong();

    Worker(int number, RowStore store) throws IOException {
        this.number = number;
        folder = store.folder().toAbsolutePath();
        Path logs = Files.createDirectories(store.folder().resolve("logs"));
        log = logs.resolve("worker-" + number + ".log");
        if (Files.exists(log) && Files.size(log) > LONGEST_LOG) {
            Files.delete(log);
        }
        begin = Files.exists(log) ? Files.size(log) : 0;
        // One file a worker: another's may be read while this one is written.
        arguments = AtomicFile.temporary(logs.resolve("worker-" + number + ".args"));
        AtomicFile.write(arguments, "-cp\n\"" + quoted(WorkerClassPath.of(Worker.class)) + "\"\n");
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
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // One thread each: several small trainings side by side beat one on several threads.
        builder.environment().put("BACKBONELAB_THREADS", "1");
        builder.environment().put("OMP_NUM_THREADS", "1");
        process = builder.start();
        in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Escapes what has a meaning within the quotes of Java's argument files. */
    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /**
     * Does a task in the process; returns when its row is stored.
     *
     * @param advance is told now and then how far the training is
     * @throws CellFailure if the cell itself is at fault: training it again would fail again
     * @throws DiskFullException if there is no room for what was found
     * @throws IOException if the process broke down
     */
    void train(Task task, Consumer<Advance> advance) throws IOException {
        send(task);
        for (String line = next(); line != null; line = next()) {
            if (line.startsWith(DONE)) {
                return;
            } else if (line.startsWith(AT)) {
                advance.accept(Advance.parse(line.substring(AT.length())));
            } else if (line.startsWith(FAILED)) {
                throw new CellFailure(line.substring(FAILED.length()));
            } else if (line.startsWith(FULL)) {
                throw new DiskFullException(line.substring(FULL.length()));
            } else if (line.startsWith(NOTE)) {
                LOG.warn("{}: {}", task.cell().label(), line.substring(NOTE.length()));
            }
        }
        throw new IOException("worker process ended early" + exit() + ": " + tail());
    }

    private void send(Task task) {
        try {
            in.write(task.json());
            in.newLine();
            in.flush();
        } catch (IOException e) {
            // It ended before it was asked: how, the end of its answers tells better.
            LOG.debug("worker {} takes no task", process.pid(), e);
        }
    }

    /** Returns the next line, null where the process has ended. */
    private String next() {
        try {
            return out.readLine();
        } catch (IOException e) {
            LOG.debug("worker {} gives no answer", process.pid(), e);
            return null;
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
                return ending(process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "";
    }

    /** Returns an exit code in words; codes above 128 are those of signals. */
    static String ending(int code) {
        if (code <= 128) {
            return " (exit code " + code + ")";
        }
        String meaning = code == KILLED ? ": killed by somebody, or by the system for want of memory" : "";
        return " (signal " + (code - 128) + meaning + ")";
    }

    /** Returns the end of what this process wrote to its log. */
    private String tail() {
        String text = "";
        try (SeekableByteChannel channel = Files.newByteChannel(log)) {
            channel.position(Math.max(begin, channel.size() - LOG_TAIL));
            text = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            // How the process ended matters more.
        }
        return (text.isEmpty() ? "it wrote nothing to its log" : text) + " (whole log: " + log + ")";
    }

    /** Tells whether this is the worker of a number and a results folder. */
    boolean isOf(int worker, RowStore other) {
        return number == worker && folder.equals(other.folder().toAbsolutePath());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Says that it has done what it was asked and may be asked again; what it needed to start is tidied away. */
    void rest() {
        rests.incrementAndGet();
        deleteArguments();
    }

    /** Returns how often it has rested. */
    long rests() {
        return rests.get();
    }

    private void deleteArguments() {
        try {
            Files.deleteIfExists(arguments);
        } catch (IOException e) {
            // The next run tidies up.
        }
    }

    /** Ends the process; a training in it has time to finish its batch and write its checkpoint. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().completeOnTimeout(process, PATIENCE, TimeUnit.SECONDS).join();
        process.destroyForcibly();
        deleteArguments();
    }
}
