package org.backbonelab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.tensor.Torch;
import org.hipparchus.stat.descriptive.rank.Median;

/** Time and memory of every optimizer on ResNet-50's tensors. */
final class UpdateRules {
    private static final int ROUNDS = 4;
    private static final int STEPS = 5;

    private final Report report;
    private final Rounds plan;
    private final int threads;

    UpdateRules(Report report, Rounds plan, int threads) {
        this.report = report;
        this.plan = plan.with(ROUNDS, STEPS);
        this.threads = threads;
    }

    /** Measures each in turns with the fused AdamW. */
    void write() {
        double idle;
        try (ChildProcess none = ChildProcess.start("none", Task.RULES, threads)) {
            none.run(STEPS);
            idle = none.peakMegabytes();
        }
        List<List<String>> rows = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        try (ChildProcess bound = ChildProcess.start("script", Task.RULES, threads)) {
            for (String name : Optimizers.names()) {
                rows.add(row(name, bound, idle, ratios));
            }
        }
        report.table(
                List.of(
                        "optimizer",
                        "ms, median (quartiles)",
                        "undisturbed",
                        "to the fused AdamW",
                        "state, MB",
                        "peak memory above an idle process, MB"),
                rows);
        double[] all = ratios.stream().mapToDouble(r -> r).toArray();
        report.paragraph("Median of BOCB's twenty: " + Report.number(new Median().evaluate(all), 2) + ".");
    }

    private List<String> row(String name, ChildProcess bound, double idle, List<Double> ratios) {
        try (ChildProcess child = ChildProcess.start("ours-" + name, Task.RULES, threads)) {
            Map<String, Sample> times = new LinkedHashMap<>();
            plan.measure(List.of(bound, child), times);
            Sample ours = times.get(child.contender());
            Sample fused = times.get(bound.contender());
            if (Optimizers.get(name).isOfBocb()) {
                ratios.add(ours.median() / fused.median());
            }
            return List.of(
                    name,
                    ours.text(1, 1),
                    ours.counts(),
                    ours.ratioTo(fused),
                    Report.number(stateMegabytes(name), 1),
                    Report.number(child.peakMegabytes() - idle, 1));
        }
    }

    /** Counted on small tensors would do for most, but not where state is of other shapes than the weights. */
    private static double stateMegabytes(String name) {
        BaseOptimizer optimizer = Optimizers.get(name).factory().build(1, 0);
        try (NDManager manager = Torch.newManager()) {
            List<String> names = new ArrayList<>();
            List<NDArray> weights = new ArrayList<>();
            for (Weight w : Task.RULES.weights()) {
                names.add(w.name());
                weights.add(manager.zeros(new Shape(w.shape())));
            }
            optimizer.step(names, weights, weights);
            long values =
                    optimizer.state().values().stream().mapToLong(NDArray::size).sum();
            return values * (double) Float.BYTES / (1 << 20);
        }
    }
}
