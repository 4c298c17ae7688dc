package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Whole training steps of several contenders side by side: races of forms, then times, peak memory and losses. */
final class Contest {
    private static final int SANITY_STEPS = 20;

    private final Report report;
    private final Rounds plan;
    private final int generations;
    private final int threads;
    private final Starter starter;

    /** Starts the process of a contender. */
    @FunctionalInterface
    interface Starter {
        /** Starts it and waits for its first step. */
        ChildProcess start(String contender, Task task, int threads);
    }

    /**
     * What the contenders did.
     *
     * @param times by contender
     * @param peaks largest resident memory in MB, by contender
     * @param losses rows of {@link #LOSSES}
     */
    record Outcome(Map<String, Sample> times, Map<String, Double> peaks, List<List<String>> losses) {}

    /** The head of the table of losses. */
    static final List<String> LOSSES = List.of("contender", "parameters", "first loss", "last loss", "after steps");

    /**
     * Builds the contest.
     *
     * @param generations how often all processes are started anew: some live in a luckier place of memory than others
     */
    Contest(Report report, Rounds plan, int generations, int threads, Starter starter) {
        this.report = report;
        this.plan = plan;
        this.generations = generations;
        this.threads = threads;
        this.starter = starter;
    }

    /** Measures contenders in turns. */
    Outcome measure(Task task, Collection<String> names) {
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
        return new Outcome(times, peaks, losses);
    }

    private List<ChildProcess> start(Task task, Collection<String> names) {
        List<ChildProcess> out = new ArrayList<>();
        try {
            for (String name : names) {
                out.add(starter.start(name, task, threads));
            }
            return out;
        } catch (RuntimeException e) {
            out.forEach(ChildProcess::close);
            throw e;
        }
    }

    /** Races forms of one contender and returns the fastest. */
    String best(Task task, List<String> forms) {
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
