package org.backbonelab.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.optim.AdamW;
import org.backbonelab.tensor.Torch;

/** AdamW alone on DJL's arrays; every gradient is a copy of its weight. */
final class UpdateAlone implements Contender {
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

    private UpdateAlone(NDManager manager, Rule rule) {
        this.manager = manager;
        this.rule = rule;
        for (Weight w : Task.ADAMW.weights()) {
            names.add(w.name());
            NDArray weight = manager.create(w.values(), new Shape(w.shape())).duplicate();
            weights.add(weight);
            gradients.add(weight.duplicate());
        }
    }

    /** Returns Backbone Lab's. */
    static UpdateAlone ours(int threads) {
        NDManager manager = Torch.newManager();
        Torch.setThreads(threads);
        AdamW optimizer = new AdamW(Task.ADAMW_RATE, Task.ADAMW_DECAY, Task.BETA1, Task.BETA2);
        return new UpdateAlone(manager, optimizer::step);
    }

    /** Returns DJL's. */
    static UpdateAlone stock(int threads) {
        Stock.setThreads(threads);
        Optimizer optimizer = Stock.adamw();
        return new UpdateAlone(Engine.getEngine("PyTorch").newBaseManager(), (names, weights, gradients) -> {
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
