package org.backbonelab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Whole training steps in plain PyTorch, eager and compiled, beside ours. */
final class PythonSteps {
    private static final List<String> LAYOUTS = List.of("", "-cl");
    private static final String MALLOC = "-malloc";

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
        boolean roundsProducts = Machine.hasAmx();
        report.paragraph(
                python.versions() + ". The same networks as modules that anyone would write (`bench/python`), with"
                        + " the same batch and initial values, fused optimizers and `torch.autocast`. Of every kind the fastest of"
                        + " its forms is measured, found by a race.");
        report.bullets(List.of(
                "`-cl`: channels last; `-compile`: `torch.compile` with Inductor; `-bf16`: autocast",
                "`-medium`: `torch.set_float32_matmul_precision(\"medium\")`, with which oneDNN and not MKL computes"
                        + " float32 products, "
                        + (roundsProducts
                                ? "in bfloat16 on this processor, so that it races with the forms of mixed precision"
                                : "in float32 on this processor"),
                "`-malloc`: glibc keeps freed memory, by `MALLOC_MMAP_MAX_` and `MALLOC_TRIM_THRESHOLD_`"));
        Task.networks().forEach(task -> write(task, roundsProducts));
    }

    private void write(Task task, boolean roundsProducts) {
        report.heading(3, task.title());
        String eager = contest.best(task, forms("", "", !roundsProducts));
        String compiled = contest.best(task, forms("", "-compile", !roundsProducts));
        String eager16 = contest.best(task, forms("-bf16", "", roundsProducts));
        String compiled16 = contest.best(task, forms("-bf16", "-compile", roundsProducts));
        List<String> full = List.of(eager, compiled, "ours");
        List<String> half = List.of(eager16, compiled16, "ours-bf16");
        Contest.Outcome outcome = contest.measure(
                task, Stream.concat(full.stream(), half.stream()).toList());
        table(full, outcome);
        table(half, outcome);
        report.table(Contest.LOSSES, outcome.losses());
    }

    /** Returns the forms of one kind. */
    private static List<String> forms(String precision, String kind, boolean medium) {
        List<String> out = new ArrayList<>();
        for (String layout : LAYOUTS) {
            out.add(Python.PREFIX + precision + kind + layout);
            out.add(Python.PREFIX + precision + kind + layout + MALLOC);
            if (medium) {
                out.add(Python.PREFIX + "-medium" + kind + layout + MALLOC);
            }
        }
        return out;
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
