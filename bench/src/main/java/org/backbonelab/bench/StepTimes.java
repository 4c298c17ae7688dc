package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Whole training steps of the three networks: time, peak memory, losses. */
final class StepTimes {
    /** The network as anyone would write it; it stays in the table even if another form is faster. */
    private static final String PLAIN = "script-cl";

    private static final int SANITY_STEPS = 20;

    private final Report report;
    private final Rounds plan;
    private final int generations;
    private final int threads;

    /**
     * Builds the section.
     *
     * @param generations how often all processes are started anew: some live in a luckier place of memory than others
     */
    StepTimes(Report report, Rounds plan, int generations, int threads) {
        this.report = report;
        this.plan = plan;
        this.generations = generations;
        this.threads = threads;
    }

    /** Measures and reports one network. */
    void write(Task task) {
        report.heading(3, task.title());
        String javacpp = best(task, javacpp(task));
        String bound = best(task, bound(task));
        String bound16 = best(task, boundBf16(task));
        Set<String> names = new LinkedHashSet<>(List.of(javacpp, PLAIN, bound, bound16, "djl", "ours", "ours-bf16"));
        Map<String, Sample> times = new LinkedHashMap<>();
        Map<String, Double> peaks = new LinkedHashMap<>();
        List<List<String>> losses = List.of();
        for (int i = 0; i < generations; i++) {
            List<ChildProcess> children = start(task, names);
            try {
                // One turn that does not count: every contender has then made steps beyond its first.
                children.forEach(c -> c.run(1));
                plan.measure(children, times);
                children.forEach(c -> peaks.merge(c.contender(), c.peakMegabytes(), Math::max));
                losses = i == generations - 1 ? losses(children) : losses;
            } finally {
                children.forEach(ChildProcess::close);
            }
        }
        List<List<String>> rows = new ArrayList<>();
        times.forEach((name, sample) -> rows.add(List.of(
                name,
                sample.text(1, 1),
                sample.counts(),
                sample.ratioTo(times.get(javacpp)),
                sample.ratioTo(times.get(bound)),
                name.contains("bf16") ? sample.ratioTo(times.get(bound16)) : "",
                Report.number(peaks.get(name), 0))));
        report.table(head("to " + javacpp, "to " + bound, "to " + bound16), rows);
        report.table(List.of("contender", "parameters", "first loss", "last loss", "after steps"), losses);
    }

    private static List<String> head(String first, String second, String third) {
        return List.of("contender", "ms a step", "undisturbed", first, second, third, "peak MB");
    }

    private List<ChildProcess> start(Task task, Collection<String> names) {
        List<ChildProcess> out = new ArrayList<>();
        try {
            for (String name : names) {
                out.add(ChildProcess.start(name, task, threads));
            }
            return out;
        } catch (RuntimeException e) {
            out.forEach(ChildProcess::close);
            throw e;
        }
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

    /** Races forms of one contender and returns the fastest. */
    private String best(Task task, List<String> forms) {
        if (forms.size() == 1) {
            return forms.get(0);
        }
        List<ChildProcess> racing = start(task, forms);
        try {
            racing.forEach(c -> c.run(1));
            Map<String, Sample> times = new LinkedHashMap<>();
            plan.with(3, 2).measure(racing, times);
            report.paragraph("Race: "
                    + forms.stream()
                            .map(name -> name + " " + times.get(name).text(1, 0))
                            .collect(Collectors.joining(", "))
                    + " ms.");
            return forms.stream()
                    .min(Comparator.comparingDouble(name -> times.get(name).median()))
                    .orElseThrow();
        } finally {
            racing.forEach(ChildProcess::close);
        }
    }

    /** Lets each contender train on, all to the same number of steps: the losses shall agree. */
    private static List<List<String>> losses(List<ChildProcess> children) {
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
                    Report.number(child.lastLoss(), 4),
                    String.valueOf(target)));
        }
        return rows;
    }
}
