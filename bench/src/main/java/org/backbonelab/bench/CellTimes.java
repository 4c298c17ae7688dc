package org.backbonelab.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.backbonelab.data.Mnist;
import org.backbonelab.io.Json;

/** A whole training of the optimizer study as a process: ours, and a plain script in PyTorch, one thread each. */
final class CellTimes {
    private static final List<String> NETWORKS = List.of("resnet_micro", "vit_micro", "convnext_micro");
    private static final String OURS = "ours";
    private static final double TICKS = 100;

    private final Report report;
    private final Rounds plan;
    private final Python python;
    private final int rounds;

    /** What one contender did on one network: its times in milliseconds, and what it said last. */
    private static final class Runs {
        private final Sample whole = quiet();
        private final Sample work = quiet();
        private final Sample cpu = quiet();
        private CellResult last;

        private static Sample quiet() {
            return new Sample(1 - 1.0 / Runtime.getRuntime().availableProcessors());
        }
    }

    CellTimes(Report report, Rounds plan, Python python, int rounds) {
        this.report = report;
        this.plan = plan;
        this.python = python;
        this.rounds = rounds;
    }

    /** Measures and reports. */
    void write() {
        report.paragraph(
                python.versions() + ". Fashion-MNIST at 16x16, 3000 images, 4 epochs of batches of 32, AdamW, one"
                        + " thread; accuracy on 1000 images after every epoch and on 2000 test images at the end. A process is"
                        + " timed from its start to its end; \"without the start\" begins when the libraries are loaded. Processor"
                        + " time is of all threads of the process. Accuracies are of the last process.");
        report.bullets(List.of(
                "`python`: `bench/python/cell.py`, eager; `-cl`: channels last; `-compile`: `torch.compile`, which keeps its"
                        + " code on the disk, so that at most the first process compiles",
                "`ours`: as a study trains it; it also evaluates the weights of its best epoch, and a second thread"
                        + " prepares its images"));
        for (String network : NETWORKS) {
            report.heading(3, network);
            write(network);
        }
    }

    private void write(String network) {
        Map<String, List<String>> commands = commands(network);
        Map<String, Runs> runs = new LinkedHashMap<>();
        commands.keySet().forEach(name -> runs.put(name, new Runs()));
        List<String> order = new ArrayList<>(commands.keySet());
        for (int round = 0; round < rounds; round++) {
            Collections.shuffle(order, new Random(round));
            for (String name : order) {
                plan.calm();
                run(name, commands.get(name), runs.get(name));
            }
        }
        List<List<String>> rows = new ArrayList<>();
        runs.forEach((name, r) -> rows.add(row(name, r, runs.get(OURS))));
        report.table(
                List.of(
                        "contender",
                        "process, s",
                        "undisturbed",
                        "ours to it",
                        "without the start, s",
                        "ours to it",
                        "processor, s",
                        "parameters",
                        "training loss",
                        "validation %",
                        "test %"),
                rows);
    }

    private static List<String> row(String name, Runs runs, Runs ours) {
        return List.of(
                name,
                runs.whole.text(1000, 2),
                runs.whole.counts(),
                ours.whole.ratioTo(runs.whole),
                runs.work.text(1000, 2),
                ours.work.ratioTo(runs.work),
                runs.cpu.text(1000, 2),
                String.valueOf(runs.last.parameters()),
                Report.number(runs.last.loss(), 3),
                Report.number(runs.last.curve().get(runs.last.curve().size() - 1), 1),
                Report.number(runs.last.test(), 1));
    }

    private Map<String, List<String>> commands(String network) {
        String folder = Mnist.FASHION_MNIST.folders().stream()
                .filter(Files::isDirectory)
                .findFirst()
                .map(Path::toString)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Fashion-MNIST is not on this machine; " + Mnist.FASHION_MNIST.fix()));
        Map<String, List<String>> out = new LinkedHashMap<>();
        out.put(OURS, ChildProcess.jvm(CellProcess.class, network));
        out.put("python", python.command("cell.py", network, folder));
        out.put("python-cl", python.command("cell.py", network, folder, "cl"));
        out.put("python-compile", python.command("cell.py", network, folder, "compile"));
        return out;
    }

    private static void run(String name, List<String> command, Runs into) {
        Load before = Load.now();
        long begun = System.nanoTime();
        CellResult result = result(name, command);
        double ms = (System.nanoTime() - begun) / 1e6;
        Load now = Load.now();
        // The process is gone and with it its counters; it has told its own.
        Load after = new Load(now.busy(), before.own() + Math.round(TICKS * result.cpu()), now.idle());
        double others = after.othersSince(before);
        into.whole.add(List.of(new ChildProcess.Timed(ms, others)));
        into.work.add(List.of(new ChildProcess.Timed(1e3 * result.seconds(), others)));
        into.cpu.add(List.of(new ChildProcess.Timed(1e3 * result.cpu(), others)));
        into.last = result;
    }

    /** Runs the process to its end and returns what it says. */
    private static CellResult result(String name, List<String> command) {
        try {
            Path log = Files.createTempFile("backbonelab-bench-", ".log");
            Process process =
                    ChildProcess.builder(command, 1).redirectError(log.toFile()).start();
            String json = "";
            try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    json = line.startsWith("{") ? line : json;
                }
            }
            if (process.waitFor() != 0 || json.isEmpty()) {
                throw new IllegalStateException(name + " ended early:\n" + Files.readString(log));
            }
            Files.delete(log);
            return Json.read(json, CellResult.class, name);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " did not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " ran", e);
        }
    }
}
