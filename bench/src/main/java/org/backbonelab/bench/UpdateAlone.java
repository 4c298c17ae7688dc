package org.backbonelab.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.optim.AdamW;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/** An optimizer alone on DJL's arrays; every gradient is a copy of its weight. */
final class UpdateAlone implements Contender {
    /** Small, so that weights stay what they are however many steps are made. */
    private static final double RATE = 1e-9;

    private final NDManager manager;
    private final List<String> names = new ArrayList<>();
    private final List<NDArray> weights = new ArrayList<>();
    private final List<NDArray> gradients = new ArrayList<>();
    private final Rule rule;

    /** Updates weights in place. */
    @FunctionalInterface
    private interface Rule {
        void update(List<String> names, List<NDArray> weights, List<NDArray> gradients);
    }

    private UpdateAlone(NDManager manager, Task task, Rule rule) {
        this.manager = manager;
        this.rule = rule;
        fill(manager, task, names, weights, gradients);
    }

    /** Adds the tensors of a task. */
    static void fill(NDManager manager, Task task, List<String> names, List<NDArray> weights, List<NDArray> gradients) {
        for (Weight w : task.weights()) {
            names.add(w.name());
            try (NDArray values = manager.create(w.values(), new Shape(w.shape()))) {
                NDArray weight = values.duplicate();
                weights.add(task == Task.RULES && w.shape().length == 4 ? laidOut(weight) : weight);
                gradients.add(Kernels.laidOutLike(values, weights.get(weights.size() - 1)));
            }
        }
    }

    /** Returns zeros that lie in memory as the arrays do. */
    static List<NDArray> zerosLike(List<NDArray> arrays) {
        return arrays.stream().map(Kernels::zerosLike).toList();
    }

    /** As the layers keep the kernels of convolutions. */
    private static NDArray laidOut(NDArray weight) {
        NDArray moved = Kernels.convolutionLayout(weight);
        weight.close();
        return moved;
    }

    /** Returns Backbone Lab's. */
    static UpdateAlone ours(int threads) {
        NDManager manager = Torch.newManager();
        Torch.setThreads(threads);
        AdamW optimizer = new AdamW(Task.ADAMW_RATE, Task.ADAMW_DECAY, Task.BETA1, Task.BETA2);
        return new UpdateAlone(manager, Task.ADAMW, optimizer::step);
    }

    /** Returns one of Backbone Lab's list, with an estimate of the curvature as often as it asks for one. */
    static UpdateAlone ours(String name, int threads) {
        NDManager manager = Torch.newManager();
        Torch.setThreads(threads);
        BaseOptimizer optimizer = optimizer(name);
        return new UpdateAlone(
                manager, Task.RULES, (names, weights, gradients) -> step(optimizer, names, weights, gradients));
    }

    static BaseOptimizer optimizer(String name) {
        return Optimizers.get(name).factory().build(RATE, Task.ADAMW_DECAY);
    }

    static void step(BaseOptimizer optimizer, List<String> names, List<NDArray> weights, List<NDArray> gradients) {
        if (optimizer.wantsCurvature()) {
            optimizer.curvature(names, weights, gradients, Task.BATCH);
        }
        optimizer.step(names, weights, gradients);
    }

    /** Returns one that updates nothing: what its process needs, is no optimizer's. */
    static UpdateAlone none(int threads) {
        NDManager manager = Torch.newManager();
        Torch.setThreads(threads);
        return new UpdateAlone(manager, Task.RULES, (names, weights, gradients) -> {});
    }

    /** Returns DJL's. */
    static UpdateAlone stock(int threads) {
        Stock.setThreads(threads);
        Optimizer optimizer = Stock.adamw();
        return new UpdateAlone(
                Engine.getEngine("PyTorch").newBaseManager(), Task.ADAMW, (names, weights, gradients) -> {
                    for (int i = 0; i < names.size(); i++) {
                        optimizer.update(names.get(i), weights.get(i), gradients.get(i));
                    }
                });
    }

    @Override
    public double step() {
        rule.update(names, weights, gradients);
        return 0;
    }

    @Override
    public long parameters() {
        return weights.stream().mapToLong(NDArray::size).sum();
    }

    @Override
    public void close() {
        manager.close();
    }
}
