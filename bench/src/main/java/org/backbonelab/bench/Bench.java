package org.backbonelab.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command of the benchmark: starts the contenders, measures them in turns, writes the report. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measures and writes a Markdown report.")
public final class Bench implements Callable<Integer> {
    private static final int START_ROUNDS = 3;
    private static final List<String> PARTS = List.of(
            "vit",
            "resnet",
            "convnext",
            "zoo",
            "adamw",
            "optimizers",
            "hessian",
            "fcmae",
            "data",
            "start",
            "resident",
            "processes");

    /** Measured only where they are asked for: they need a Python of their own, which is 4 GB. */
    private static final List<String> OPTIONAL = List.of("python", "cell");

    @Parameters(
            description =
                    "What to measure, default all but the last two: vit resnet convnext zoo adamw optimizers hessian fcmae"
                            + " data start resident processes python cell.")
    private List<String> parts = PARTS;

    @Option(names = "--generations", defaultValue = "3", description = "How often a network's processes start anew.")
    private int generations;

    @Option(names = "--rounds", defaultValue = "4", description = "Turns of each process, at least.")
    private int rounds;

    @Option(names = "--steps", defaultValue = "3", description = "Steps a turn.")
    private int steps;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of each contender.")
    private int threads;

    @Option(
            names = "--patience",
            defaultValue = "60",
            description = "Seconds to wait, before each turn, for other processes to calm down.")
    private int patience;

    @Option(
            names = "--modules",
            defaultValue = "target/bench/modules",
            description = "Folder of the TorchScript modules for the part zoo, see bench/modules.py.")
    private Path modules;

    @Option(
            names = "--python",
            defaultValue = "target/bench/python/bin/python3",
            description = "The Python for the parts python and cell, with torch; bench.sh makes it.")
    private Path interpreter;

    @Option(names = "--report", defaultValue = "bench/report.md", description = "The file to write.")
    private Path file;

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Set<String> unknown = new TreeSet<>(parts);
        PARTS.forEach(unknown::remove);
        OPTIONAL.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "cannot measure " + unknown + ", expected some of " + PARTS + " and " + OPTIONAL);
        }
        Report report = new Report(new PrintStream(System.out, true, StandardCharsets.UTF_8), file);
        head(report);
        Rounds plan = new Rounds(rounds, steps, patience * 1000L);
        StepTimes stepTimes =
                new StepTimes(report, new Contest(report, plan, generations, threads, ChildProcess::start));
        Comparison comparison = new Comparison(report, plan, threads);
        report.heading(2, "Training steps");
        for (Task task : Task.networks()) {
            if (parts.contains(task.id())) {
                stepTimes.write(task);
            }
        }
        part(report, "adamw", "AdamW alone, 25 M parameters in 150 tensors", comparison::adamw);
        ZooSteps zoo = new ZooSteps(report, plan, modules, 2 * rounds, steps);
        part(report, "zoo", "Forward and backward pass of published networks", zoo::write);
        UpdateRules rules = new UpdateRules(report, plan, threads);
        part(report, "optimizers", "Every optimizer alone, ResNet-50's 25.6 M parameters in 161 tensors", rules::write);
        HessianProducts products = new HessianProducts(report, plan, threads);
        part(report, "hessian", "Products with the Hessian, exact and by differences", products::write);
        part(report, "fcmae", "Loss and gradients of masked pre-training", comparison::masked);
        part(report, "data", "Data", comparison::data);
        part(report, "start", "JVM start to the end of the first step", () -> comparison.start(START_ROUNDS));
        part(report, "resident", "Resident memory", comparison::resident);
        part(report, "processes", "Two processes, one thread each", () -> comparison.processes(2 * rounds));
        againstPython(report, plan);
        return 0;
    }

    private void againstPython(Report report, Rounds plan) {
        Python python = new Python(interpreter, Path.of("bench", "python"));
        Contest contest = new Contest(report, plan, generations, threads, python);
        PythonSteps pythonSteps = new PythonSteps(report, contest, python);
        part(report, "python", "Against PyTorch in Python", pythonSteps::write);
        CellTimes cells = new CellTimes(report, plan, python, rounds);
        part(report, "cell", "A whole training against PyTorch in Python", cells::write);
    }

    private void head(Report report) throws IOException {
        report.heading(1, "Benchmark");
        report.bullets(Machine.facts(threads));
        report.paragraph("Batch 128, 3x32x32, 10 classes. Every contender is a process of its own, started anew "
                + generations + " times; processes take turns of " + steps + " steps. Times are medians (quartiles) of"
                + " the steps during which other processes took at most 5 % of the machine, ratios medians (quartiles)"
                + " over the rounds. Peak memory is of the whole process.");
        report.bullets(List.of(
                "`javacpp`: JavaCPP PyTorch, eager, with MKL",
                "`script`: the whole step as one TorchScript call on DJL's libtorch, the bound",
                "`djl`: DJL's stock blocks and Trainer",
                "`ours`: Backbone Lab",
                "`-cl`: channels last; `-1x1`: float32 linear layers as 1x1 convolutions, which oneDNN computes and not"
                        + " MKL; `-bf16`: mixed precision; `-plain`: attention as products and softmax, not fused"));
    }

    private void part(Report report, String name, String title, Runnable work) {
        if (parts.contains(name)) {
            report.heading(2, title);
            work.run();
        }
    }
}
