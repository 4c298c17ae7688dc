package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The smaller sections of the report: the optimizer alone, start-up, resident memory, two processes. */
final class Comparison {
    private static final int FEW_STEPS = 50;
    private static final int MANY_STEPS = 1000;
    private static final int FEW_CELLS = 10;
    private static final int MANY_CELLS = 200;
    private static final int WARM_UP = 5;

    /** A JVM that starts uses one core of two, most of the time. */
    private static final double STARTING = 0.5;

    private final Report report;
    private final Rounds plan;
    private final int threads;

    Comparison(Report report, Rounds plan, int threads) {
        this.report = report;
        this.plan = plan;
        this.threads = threads;
    }

    /** AdamW alone. */
    void adamw() {
        List<ChildProcess> children = new ArrayList<>();
        try {
            for (String name : List.of("script", "ours", "javacpp", "djl")) {
                children.add(ChildProcess.start(name, Task.ADAMW, threads));
            }
            Map<String, Sample> times = plan.with(5, 10).measure(children);
            Sample bound = times.get("script");
            List<List<String>> rows = new ArrayList<>();
            times.forEach((name, sample) ->
                    rows.add(List.of(name, sample.text(1, 1), sample.counts(), sample.ratioTo(bound))));
            report.table(List.of("contender", "ms, median (quartiles)", "undisturbed", "to the fused update"), rows);
        } finally {
            children.forEach(ChildProcess::close);
        }
    }

    /** The data pipeline alone, and what training on it costs. */
    void data() {
        List<List<String>> rows = new ArrayList<>();
        for (Task task : List.of(Task.DATA32, Task.DATA224)) {
            try (ChildProcess child = ChildProcess.start("ours", task, 1)) {
                // The JIT compiler works on the first batches.
                child.run(WARM_UP);
                Sample sample = plan.measure(List.of(child)).get("ours");
                String rate = Report.number(1000 * Task.BATCH / sample.median(), 0);
                rows.add(List.of(task.title(), sample.text(1, 1), sample.counts(), rate));
            }
        }
        report.table(List.of("pipeline", "ms a batch of 128", "undisturbed", "images a second and core"), rows);
        List<List<String>> training = new ArrayList<>();
        for (Task task : Task.networks()) {
            training.add(training(task, "ours"));
            training.add(training(task, "ours-bf16"));
        }
        report.table(
                List.of("network", "ms a step, one batch", "with data", "ratio", "waited for data, of the steps' time"),
                training);
    }

    private List<String> training(Task task, String name) {
        try (ChildProcess fixed = ChildProcess.start(name, task, threads);
                ChildProcess loaded = ChildProcess.start(name + "-data", task, threads)) {
            loaded.run(WARM_UP);
            double before = loaded.waitedMs();
            Map<String, Sample> times = plan.measure(List.of(fixed, loaded));
            Sample one = times.get(fixed.contender());
            Sample many = times.get(loaded.contender());
            double waited = (loaded.waitedMs() - before) / many.total();
            return List.of(
                    task.title() + " " + name,
                    one.text(1, 1),
                    many.text(1, 1),
                    many.ratioTo(one),
                    Report.number(100 * waited, 2) + " %");
        }
    }

    /** From the start of the JVM to the end of the first step, natives unpacked before. */
    void start(int rounds) {
        Map<String, Sample> times = new LinkedHashMap<>();
        for (int i = 0; i < rounds; i++) {
            for (Task task : Task.networks()) {
                for (String name : List.of("javacpp-cl", "djl", "script-cl", "ours", "ours-bf16")) {
                    plan.calm();
                    try (ChildProcess child = ChildProcess.start(name, task, threads)) {
                        times.computeIfAbsent(name + " | " + task.title(), n -> new Sample(STARTING))
                                .add(List.of(child.start()));
                    }
                }
            }
        }
        List<List<String>> rows = new ArrayList<>();
        times.forEach((name, sample) -> rows.add(List.of(name, sample.text(1000, 2), sample.counts())));
        report.table(List.of("contender", "network", "seconds, median (quartiles)", "undisturbed"), rows);
    }

    /** Masked pre-training: visible patches alone against all positions, masked. */
    void masked() {
        List<List<String>> rows = new ArrayList<>();
        for (Task task : List.of(Task.MASKED16, Task.MASKED28, Task.MASKED96, Task.MASKED160, Task.MASKED224)) {
            try (ChildProcess packed = ChildProcess.start("packed", task, threads);
                    ChildProcess masked = ChildProcess.start("masked", task, threads)) {
                Map<String, Sample> times = plan.measure(List.of(packed, masked));
                double perSecond = 1e3 * MaskedStep.COUNT / times.get("packed").median();
                rows.add(List.of(
                        task.title(),
                        times.get("packed").text(1, 1),
                        times.get("masked").text(1, 1),
                        times.get("packed").ratioTo(times.get("masked")),
                        Report.number(perSecond, 0),
                        Report.number(packed.peakMegabytes(), 0),
                        Report.number(masked.peakMegabytes(), 0),
                        Report.ratio(packed.peakMegabytes(), masked.peakMegabytes())));
            }
        }
        report.table(
                List.of(
                        MaskedStep.COUNT + " images, mask ratio 0.6",
                        "visible patches, ms",
                        "all, masked, ms",
                        "ratio",
                        "images a second",
                        "peak MB",
                        "of all, masked",
                        "ratio"),
                rows);
    }

    /** Resident memory early and late: many steps of one network, many cells in one JVM. */
    void resident() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(resident(Task.MICRO, FEW_STEPS, MANY_STEPS, "steps of resnet_micro, batch " + Task.BATCH));
        rows.add(resident(Task.CELL, FEW_CELLS, MANY_CELLS, "cells in one JVM"));
        report.table(List.of("what", "MB after", "MB after", "growth"), rows);
    }

    /** With one thread, which memory does not depend on: a busy machine then costs no more than its share. */
    private List<String> resident(Task task, int few, int many, String what) {
        try (ChildProcess child = ChildProcess.start("ours", task, 1)) {
            child.run(few - child.steps());
            double early = child.residentMegabytes();
            child.run(many - child.steps());
            double late = child.residentMegabytes();
            return List.of(
                    what,
                    few + ": " + Report.number(early, 0),
                    many + ": " + Report.number(late, 0),
                    Report.number(100 * (late / early - 1), 1) + " %");
        }
    }

    /** Cells an hour of two processes with a thread each, against one such process. */
    void processes(int rounds) {
        try (ChildProcess first = ChildProcess.start("ours", Task.CELL, 1);
                ChildProcess second = ChildProcess.start("ours", Task.CELL, 1)) {
            Sample one = new Sample(0);
            // To each of the two the other one is somebody else.
            Sample two = new Sample(first.idle());
            for (int i = 0; i < rounds; i++) {
                plan.calm();
                one.add((i % 2 == 0 ? first : second).run(1));
                plan.calm();
                first.send(1);
                second.send(1);
                two.add(first.receive());
                two.add(second.receive());
            }
            report.table(
                    List.of("processes", "seconds a cell, median (quartiles)", "undisturbed", "cells an hour", "ratio"),
                    List.of(
                            List.of("1", one.text(1000, 3), one.counts(), Report.number(3.6e6 / one.median(), 0), "1"),
                            List.of(
                                    "2",
                                    two.text(1000, 3),
                                    two.counts(),
                                    Report.number(7.2e6 / two.median(), 0),
                                    Report.ratio(2 * one.median(), two.median()))));
        }
    }
}
