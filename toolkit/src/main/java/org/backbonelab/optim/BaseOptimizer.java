package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.training.optimizer.Optimizer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.backbonelab.tensor.Torch;

/**
 * What all update rules share: learning rate, decay and its exemptions, state per parameter, clearing of gradients.
 *
 * <p>A DJL optimizer, so it works in DJL's own {@code Trainer} too. DJL hands a custom optimizer a gradient and leaves
 * clearing it to the optimizer; without that, gradients add up silently.
 */
public abstract class BaseOptimizer extends Optimizer {
    private final Map<String, Slot> slots = new HashMap<>();
    private final Set<String> undecayed = new HashSet<>();
    private final double weightDecay;
    private double learningRate;

    /**
     * Builds the shared part.
     *
     * @throws IllegalArgumentException if the learning rate is not positive or the decay is negative
     */
    protected BaseOptimizer(double learningRate, double weightDecay) {
        super(new NoOptions());
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weight decay is " + weightDecay + ", expected a number of 0 or more");
        }
        this.weightDecay = weightDecay;
        setLearningRate(learningRate);
    }

    /** Sets the learning rate of the steps to come; 0 is allowed, as warm-up starts there. */
    public final void setLearningRate(double learningRate) {
        if (!(learningRate >= 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException("learning rate is " + learningRate + ", expected a positive number");
        }
        this.learningRate = learningRate;
    }

    /** Exempts a parameter, by DJL's id, from weight decay. */
    public final void exemptFromDecay(String parameterId) {
        undecayed.add(parameterId);
    }

    /** Updates a parameter in place and clears its gradient. */
    @Override
    public final void update(String parameterId, NDArray weight, NDArray gradient) {
        Slot slot = slots.computeIfAbsent(parameterId, id -> new Slot(weight));
        slot.step++;
        double decay = undecayed.contains(parameterId) ? 0 : weightDecay;
        Torch.withoutGradients(() -> {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                rule(slot, weight, gradient, learningRate, decay);
            }
            return null;
        });
        Torch.zeroGradient(weight);
    }

    /**
     * The update rule of one tensor.
     *
     * @param slot state of this tensor, and the step, counted from 1
     * @param weight changed in place
     * @param gradient must not be changed
     * @param lr learning rate of this step
     * @param decay weight decay of this tensor
     */
    protected abstract void rule(Slot slot, NDArray weight, NDArray gradient, double lr, double decay);

    /** The state of one tensor. */
    protected static final class Slot {
        private final Map<String, NDArray> arrays = new LinkedHashMap<>();
        private final NDArray like;
        private int step;

        Slot(NDArray like) {
            this.like = like;
        }

        /** Returns the number of this step, from 1. */
        int step() {
            return step;
        }

        /** Returns a named array of the tensor's shape, zero at first, that outlives the step. */
        NDArray get(String name) {
            return arrays.computeIfAbsent(name, n -> {
                NDArray zeros = like.getManager().zeros(like.getShape());
                NDScope.unregister(zeros);
                return zeros;
            });
        }
    }

    private static final class NoOptions extends OptimizerBuilder<NoOptions> {
        @Override
        protected NoOptions self() {
            return this;
        }
    }
}
