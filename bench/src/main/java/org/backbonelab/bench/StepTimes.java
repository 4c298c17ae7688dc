package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whole training steps of the three networks: time, peak memory, losses. */
final class StepTimes {
    /** The network as anyone would write it; it stays in the table even if another form is faster. */
    private static final String PLAIN = "script-cl";

    private final Report report;
    private final Contest contest;

    /** Builds the section. */
    StepTimes(Report report, Contest contest) {
        this.report = report;
        this.contest = contest;
    }

    /** Measures and reports one network. */
    void write(Task task) {
        report.heading(3, task.title());
        String javacpp = contest.best(task, javacpp(task));
        String bound = contest.best(task, bound(task));
        String bound16 = contest.best(task, boundBf16(task));
        Set<String> names = new LinkedHashSet<>(List.of(javacpp, PLAIN, bound, bound16, "djl", "ours", "ours-bf16"));
        Contest.Outcome outcome = contest.measure(task, names);
        Map<String, Sample> times = outcome.times();
        List<List<String>> rows = new ArrayList<>();
        times.forEach((name, sample) -> rows.add(List.of(
                name,
                sample.text(1, 1),
                sample.counts(),
                sample.ratioTo(times.get(javacpp)),
                sample.ratioTo(times.get(bound)),
                name.contains("bf16") ? sample.ratioTo(times.get(bound16)) : "",
                Report.number(outcome.peaks().get(name), 0))));
        report.table(head("to " + javacpp, "to " + bound, "to " + bound16), rows);
        report.table(Contest.LOSSES, outcome.losses());
    }

    private static List<String> head(String first, String second, String third) {
        return List.of("contender", "ms a step", "undisturbed", first, second, third, "peak MB");
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
}
