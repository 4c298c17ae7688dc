package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Whole training steps in plain PyTorch, eager and compiled, beside ours. */
final class PythonSteps {
    private static final List<String> LAYOUTS = List.of("", "-cl");
    private static final List<String> ALLOCATORS = List.of("", "-malloc");

    private final Report report;
    private final Contest contest;
    private final Python python;

    /**
     * Builds the section.
     *
     * @param contest whose processes {@code python} starts
     */
    PythonSteps(Report report, Contest contest, Python python) {
        this.report = report;
        this.contest = contest;
        this.python = python;
    }

    /** Measures and reports the three networks. */
    void write() {
        report.paragraph(
                python.versions() + ". The same networks as modules that anyone would write (`bench/python`), with"
                        + " the same batch and initial values, fused optimizers and `torch.autocast`. Of every kind the fastest of"
                        + " its forms is measured, found by a race.");
        report.bullets(List.of(
                "`-cl`: channels last; `-compile`: `torch.compile` with Inductor; `-bf16`: autocast",
                "`-medium`: matrix products of float32 by way of bfloat16, `torch.set_float32_matmul_precision`",
                "`-malloc`: glibc keeps freed memory, by `MALLOC_MMAP_MAX_` and `MALLOC_TRIM_THRESHOLD_`"));
        Task.networks().forEach(this::write);
    }

    private void write(Task task) {
        report.heading(3, task.title());
        String eager = contest.best(task, forms("", Stream.of()));
        String compiled = contest.best(task, forms("-compile", Stream.of()));
        String eager16 = contest.best(task, forms("-bf16", Stream.of("python-medium-cl-malloc")));
        String compiled16 = contest.best(task, forms("-bf16-compile", Stream.of()));
        List<String> full = List.of(eager, compiled, "ours");
        List<String> half = List.of(eager16, compiled16, "ours-bf16");
        Contest.Outcome outcome = contest.measure(
                task, Stream.concat(full.stream(), half.stream()).toList());
        table(full, outcome);
        table(half, outcome);
        report.table(Contest.LOSSES, outcome.losses());
    }

    /** Returns the forms of one kind, and others that race with them. */
    private static List<String> forms(String kind, Stream<String> others) {
        Stream<String> own = LAYOUTS.stream()
                .flatMap(layout -> ALLOCATORS.stream().map(allocator -> Python.PREFIX + kind + layout + allocator));
        return Stream.concat(own, others).toList();
    }

    /** The first name is the best eager form, the second the best compiled one. */
    private void table(List<String> names, Contest.Outcome outcome) {
        Map<String, Sample> times = outcome.times();
        List<List<String>> rows = new ArrayList<>();
        for (String name : names) {
            Sample sample = times.get(name);
            rows.add(List.of(
                    name,
                    sample.text(1, 1),
                    sample.counts(),
                    sample.ratioTo(times.get(names.get(0))),
                    sample.ratioTo(times.get(names.get(1))),
                    Report.number(outcome.peaks().get(name), 0)));
        }
        report.table(
                List.of("contender", "ms a step", "undisturbed", "to eager Python", "to compiled Python", "peak MB"),
                rows);
    }
}
