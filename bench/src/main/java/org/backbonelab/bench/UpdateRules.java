package org.backbonelab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;
import org.hipparchus.stat.descriptive.rank.Median;

/**
 * Time and memory of every optimizer on ResNet-50's tensors.
 *
 * <p>Each takes turns with libtorch's fused AdamW in one process and on the same weights and gradients: where in memory a
 * process lives makes a difference of half as much again between two processes. The memory is that of a process of its
 * own.
 */
final class UpdateRules {
    private static final int ROUNDS = 6;
    private static final int STEPS = 4;

    private final Report report;
    private final Rounds plan;
    private final int threads;

    UpdateRules(Report report, Rounds plan, int threads) {
        this.report = report;
        this.plan = plan;
        this.threads = threads;
    }

    /** Measures all and writes the table. */
    void write() {
        double idle = peakMegabytes("none");
        List<List<String>> rows = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        try (NDManager manager = Torch.newManager()) {
            Torch.setThreads(threads);
            Tensors tensors = new Tensors(manager);
            Runnable fused = fusedAdamW(manager, tensors);
            for (String name : Optimizers.names()) {
                rows.add(row(name, tensors, fused, idle, ratios));
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

    /** Weights as the layers keep them, and gradients that lie as the weights do. */
    private static final class Tensors {
        final List<String> names = new ArrayList<>();
        final List<NDArray> weights = new ArrayList<>();
        final List<NDArray> gradients = new ArrayList<>();

        Tensors(NDManager manager) {
            UpdateAlone.fill(manager, Task.RULES, names, weights, gradients);
        }
    }

    private static Runnable fusedAdamW(NDManager manager, Tensors tensors) {
        TorchScript module = Script.module(Task.RULES);
        List<NDArray> first = UpdateAlone.zerosLike(tensors.weights);
        List<NDArray> second = UpdateAlone.zerosLike(tensors.weights);
        NDArray step = manager.zeros(new Shape()).duplicate();
        List<NDArray> steps = Collections.nCopies(first.size(), step);
        return () -> module.run("update", tensors.weights, tensors.gradients, first, second, steps)
                .close();
    }

    private List<String> row(String name, Tensors tensors, Runnable fused, double idle, List<Double> ratios) {
        BaseOptimizer optimizer = UpdateAlone.optimizer(name);
        Sample bound = new Sample(0);
        Sample ours = new Sample(0);
        Rounds.turn(STEPS, () -> UpdateAlone.step(optimizer, tensors.names, tensors.weights, tensors.gradients));
        for (int round = 0; round < ROUNDS; round++) {
            plan.calm();
            bound.add(Rounds.turn(STEPS, fused));
            ours.add(Rounds.turn(
                    STEPS, () -> UpdateAlone.step(optimizer, tensors.names, tensors.weights, tensors.gradients)));
        }
        long values =
                optimizer.state().values().stream().mapToLong(NDArray::size).sum();
        optimizer.state().values().forEach(NDArray::close);
        if (Optimizers.get(name).isOfBocb()) {
            ratios.add(ours.median() / bound.median());
        }
        return List.of(
                name,
                ours.text(1, 1),
                ours.counts(),
                ours.ratioTo(bound),
                Report.number(values * (double) Float.BYTES / (1 << 20), 1),
                Report.number(peakMegabytes("ours-" + name) - idle, 1));
    }

    private double peakMegabytes(String contender) {
        try (ChildProcess child = ChildProcess.start(contender, Task.RULES, threads)) {
            child.run(STEPS);
            return child.peakMegabytes();
        }
    }
}
