package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Whole training steps of the three networks: time, peak memory, losses. */
final class StepTimes {
    /** The network as anyone would write it; it stays in the table even if another form is faster. */
    private static final String PLAIN = "script-cl";

    private static final int SANITY_STEPS = 20;

    private final Report report;
    private final Rounds plan;
    private final int threads;

    StepTimes(Report report, Rounds plan, int threads) {
        this.report = report;
        this.plan = plan;
        this.threads = threads;
    }

    /** Measures and reports one network. */
    void write(Task task) {
        report.heading(3, task.title());
        List<ChildProcess> children = new ArrayList<>();
        try {
            ChildProcess javacpp = best(task, javacpp(task), children);
            ChildProcess bound = best(task, bound(task), children);
            ChildProcess bound16 = best(task, boundBf16(task), children);
            for (String name : List.of("djl", "ours", "ours-bf16")) {
                children.add(ChildProcess.start(name, task, threads));
            }
            // One turn that does not count: every contender has then made steps beyond its first.
            children.forEach(c -> c.run(1));
            Map<ChildProcess, Sample> times = plan.measure(children);
            List<List<String>> rows = new ArrayList<>();
            times.forEach((child, sample) ->
                    rows.add(row(child, sample, times.get(javacpp), times.get(bound), times.get(bound16))));
            report.table(
                    List.of(
                            "contender",
                            "ms a step, median (quartiles)",
                            "undisturbed steps",
                            "to JavaCPP",
                            "to the bound",
                            "to the bf16 bound",
                            "peak MB"),
                    rows);
            sanity(children);
        } finally {
            children.forEach(ChildProcess::close);
        }
    }

    private static List<String> row(ChildProcess child, Sample sample, Sample javacpp, Sample bound, Sample bound16) {
        return List.of(
                child.contender(),
                sample.text(1, 1),
                sample.counts(),
                sample.ratioTo(javacpp),
                sample.ratioTo(bound),
                child.contender().contains("bf16") ? sample.ratioTo(bound16) : "",
                Report.number(child.peakMegabytes(), 0));
    }

    /** The layout of a ViT's only convolution hardly matters. */
    private static List<String> javacpp(Task task) {
        return task == Task.VIT ? List.of("javacpp") : List.of("javacpp", "javacpp-cl");
    }

    /** Only linear layers can be written as 1x1 convolutions. */
    private static List<String> bound(Task task) {
        return switch (task) {
            case VIT -> List.of(PLAIN, "script-1x1-cl");
            case RESNET -> List.of("script", PLAIN);
            default -> List.of("script", PLAIN, "script-1x1-cl");
        };
    }

    private static List<String> boundBf16(Task task) {
        return List.of(task == Task.VIT ? "script-bf16-plain-cl" : "script-bf16", "script-bf16-cl");
    }

    /** Races variants of one contender, keeps the fastest running and ends others. */
    private ChildProcess best(Task task, List<String> variants, List<ChildProcess> children) {
        if (variants.size() == 1) {
            children.add(ChildProcess.start(variants.get(0), task, threads));
            return children.get(children.size() - 1);
        }
        List<ChildProcess> racing = new ArrayList<>();
        try {
            for (String variant : variants) {
                racing.add(ChildProcess.start(variant, task, threads));
            }
            Map<ChildProcess, Sample> times = plan.with(2, 2).measure(racing);
            ChildProcess winner = racing.stream()
                    .min((a, b) ->
                            Double.compare(times.get(a).median(), times.get(b).median()))
                    .orElseThrow();
            report.paragraph("Race: "
                    + racing.stream()
                            .map(c -> c.contender() + " "
                                    + Report.number(times.get(c).median(), 0) + " ms"
                                    + (times.get(c).isDisturbed() ? " (disturbed)" : ""))
                            .collect(Collectors.joining(", "))
                    + ".");
            List<ChildProcess> kept = racing.stream()
                    .filter(c -> c == winner || c.contender().equals(PLAIN))
                    .toList();
            racing.removeAll(kept);
            children.addAll(kept);
            return winner;
        } finally {
            racing.forEach(ChildProcess::close);
        }
    }

    /** Makes each contender train on, all to the same number of steps, and compares their losses. */
    private void sanity(List<ChildProcess> children) {
        int target = Math.max(
                SANITY_STEPS,
                children.stream().mapToInt(ChildProcess::steps).max().orElseThrow());
        List<List<String>> rows = new ArrayList<>();
        for (ChildProcess child : children) {
            if (child.steps() < target) {
                child.run(target - child.steps());
            }
            rows.add(List.of(
                    child.contender(),
                    String.valueOf(child.parameters()),
                    Report.number(child.firstLoss(), 4),
                    Report.number(child.lastLoss(), 4)));
        }
        report.table(List.of("contender", "parameters", "first loss", "loss of step " + target), rows);
    }
}
