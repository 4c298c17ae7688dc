package org.backbonelab.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The parent's end of a {@link Child}. */
final class ChildProcess implements AutoCloseable {
    private final String contender;
    private final Process process;
    private final BufferedReader in;
    private final Writer out;
    private final Path log;
    private final List<Double> losses = new ArrayList<>();
    private final double idle;
    private final long parameters;
    private final Timed start;
    private int steps = 1;
    private double waitedMs;

    /**
     * A time, and how much of the machine other processes took meanwhile.
     *
     * @param ms milliseconds
     * @param others share of all cores, 0 to 1
     */
    record Timed(double ms, double others) {}

    private ChildProcess(String contender, int threads, List<String> command, Map<String, String> environment)
            throws IOException {
        this.contender = contender;
        idle = Math.max(0, 1 - (double) threads / Runtime.getRuntime().availableProcessors());
        log = Files.createTempFile("backbonelab-bench-", ".log");
        ProcessBuilder builder = builder(command, threads);
        builder.environment().putAll(environment);
        Load before = Load.now();
        long begun = System.nanoTime();
        process = builder.redirectError(log.toFile()).start();
        in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        out = process.outputWriter(StandardCharsets.UTF_8);
        String[] first = line("@first");
        double ms = (System.nanoTime() - begun) / 1e6;
        parameters = Long.parseLong(first[1]);
        losses.add(Double.parseDouble(first[2]));
        start = new Timed(ms, Load.of(process.pid()).othersSince(new Load(before.busy(), 0, before.idle())));
    }

    /** Starts a JVM with a contender and waits for its first step. */
    static ChildProcess start(String contender, Task task, int threads) {
        List<String> command = jvm(Child.class, contender, task.id(), String.valueOf(threads));
        return start(contender, task, threads, command, Map.of());
    }

    /**
     * Starts any process that speaks as {@link Child} does and waits for its first step.
     *
     * @param environment is added to this process's
     */
    static ChildProcess start(
            String contender, Task task, int threads, List<String> command, Map<String, String> environment) {
        try {
            return new ChildProcess(contender, threads, command, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(contender + " on " + task + " did not start", e);
        }
    }

    /** Returns the command line of a class in a JVM of its own. */
    static List<String> jvm(Class<?> main, String... arguments) {
        List<String> out = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-Xmn24m",
                "-Djava.awt.headless=true",
                "-DdisableProgressBar=true",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        out.addAll(List.of(arguments));
        return out;
    }

    /** Prepares a process whose libraries use so many threads. */
    static ProcessBuilder builder(List<String> command, int threads) {
        ProcessBuilder out = new ProcessBuilder(command);
        for (String name :
                List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BACKBONELAB_THREADS")) {
            out.environment().put(name, String.valueOf(threads));
        }
        return out;
    }

    String contender() {
        return contender;
    }

    /** Share of the cores that its threads leave to others. */
    double idle() {
        return idle;
    }

    /** From the start of the JVM to the end of the first step. */
    Timed start() {
        return start;
    }

    long parameters() {
        return parameters;
    }

    /** Loss of the first step of all. */
    double firstLoss() {
        return losses.get(0);
    }

    /** Loss of the last step of the last call. */
    double lastLoss() {
        return losses.get(losses.size() - 1);
    }

    /** Milliseconds that all steps together have waited for data. */
    double waitedMs() {
        return waitedMs;
    }

    /** Steps made so far. */
    int steps() {
        return steps;
    }

    /** Makes some steps and waits for them. */
    List<Timed> run(int count) {
        send(count);
        return receive();
    }

    /** Asks for some steps; {@link #receive} must follow. */
    void send(int count) {
        try {
            steps += count;
            out.write(count + "\n");
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(contender + " is gone; its log is " + log, e);
        }
    }

    /** Waits for the steps asked for. */
    List<Timed> receive() {
        try {
            String[] answer = line("@steps");
            losses.add(Double.parseDouble(answer[1]));
            waitedMs = Double.parseDouble(answer[2]);
            return Arrays.stream(answer).skip(3).map(ChildProcess::timed).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(contender + " is gone; its log is " + log, e);
        }
    }

    private static Timed timed(String text) {
        int colon = text.indexOf(':');
        return new Timed(Double.parseDouble(text.substring(0, colon)), Double.parseDouble(text.substring(colon + 1)));
    }

    /** Returns the largest resident memory so far, in MB. */
    double peakMegabytes() {
        return status("VmHWM:");
    }

    /** Returns the resident memory, in MB. */
    double residentMegabytes() {
        return status("VmRSS:");
    }

    private double status(String field) {
        try {
            String line = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(l -> l.startsWith(field))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        } catch (IOException e) {
            throw new UncheckedIOException(contender + " is gone; its log is " + log, e);
        }
    }

    private String[] line(String begin) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith(begin)) {
                return line.split(" ", -1);
            }
        }
        throw new IOException(contender + " ended early:\n" + Files.readString(log));
    }

    @Override
    public void close() {
        try {
            out.close();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            File file = log.toFile();
            if (!file.delete()) {
                file.deleteOnExit();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
