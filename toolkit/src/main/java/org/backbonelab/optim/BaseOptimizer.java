package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.training.optimizer.Optimizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * What all update rules share: learning rate, decay and its exemptions, state per parameter, clearing of gradients.
 *
 * <p>{@link #step} updates all parameters with one native call for each group of equal settings. As a DJL optimizer it
 * works in DJL's own {@code Trainer} too, a parameter at a time. DJL hands a custom optimizer a gradient and leaves
 * clearing it to the optimizer; without that, gradients add up silently.
 */
public abstract class BaseOptimizer extends Optimizer {
    private static final Settings USUAL = new Settings(1, 1);

    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final Map<String, Settings> settings = new HashMap<>();
    private final double weightDecay;
    private double learningRate;

    /** What may differ between parameters. */
    private record Settings(double decayScale, double lrScale) {}

    /** Parameters that one native call updates. */
    private record Key(Settings settings, long step) {}

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

    /** Returns the learning rate of the steps to come. */
    public final double learningRate() {
        return learningRate;
    }

    /**
     * Sets a parameter apart from the others.
     *
     * @param parameterId as handed to {@link #step} or {@link #update}
     * @param decayScale factor of the weight decay, 0 for exempt
     * @param lrScale factor of the learning rate, as layer-wise decay sets it
     */
    public final void group(String parameterId, double decayScale, double lrScale) {
        requireFactor("weight-decay", parameterId, decayScale);
        requireFactor("learning-rate", parameterId, lrScale);
        settings.put(parameterId, new Settings(decayScale, lrScale));
    }

    private static void requireFactor(String what, String parameterId, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    what + " factor of " + parameterId + " is " + value + ", expected a number of 0 or more");
        }
    }

    /** Updates a parameter in place and clears its gradient: what DJL's trainer calls. */
    @Override
    public final void update(String parameterId, NDArray weight, NDArray gradient) {
        step(List.of(parameterId), List.of(weight), List.of(gradient));
        Torch.zeroGradient(weight);
    }

    /**
     * Updates all parameters in place.
     *
     * @param ids a name for each, the same at every step
     * @param weights the parameters
     * @param gradients of the shapes of the weights, not changed
     */
    public final void step(List<String> ids, List<NDArray> weights, List<NDArray> gradients) {
        Map<Key, Group> groups = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            NDArray weight = weights.get(i);
            Slot slot = slots.computeIfAbsent(ids.get(i), id -> new Slot());
            slot.step++;
            Key key = new Key(settings.getOrDefault(ids.get(i), USUAL), slot.step);
            Group group = groups.computeIfAbsent(key, this::group);
            group.weights.add(weight);
            group.gradients.add(gradients.get(i));
            group.slots.add(slot);
        }
        groups.values().forEach(this::rule);
    }

    private Group group(Key key) {
        return new Group(key.step, learningRate * key.settings.lrScale, weightDecay * key.settings.decayScale);
    }

    /** The update rule of the tensors of one group. */
    protected abstract void rule(Group group);

    /** Tells whether {@link #curvature} is to be called before the next step. */
    public boolean wantsCurvature() {
        return false;
    }

    /**
     * Takes an estimate of the curvature.
     *
     * @param ids as for {@link #step}
     * @param weights the parameters
     * @param gradients of the mean loss with labels sampled from the model's own prediction, not changed
     * @param images over which that loss is a mean
     * @throws UnsupportedOperationException if the rule uses none
     */
    public void curvature(List<String> ids, List<NDArray> weights, List<NDArray> gradients, int images) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " uses no curvature");
    }

    /** Returns the number of updates each parameter has had, by id. */
    public final Map<String, Long> steps() {
        Map<String, Long> out = new TreeMap<>();
        slots.forEach((id, slot) -> out.put(id, slot.step));
        return out;
    }

    /** Returns the state, by {@code "<parameter id>/<name of the state>"}: the live arrays, not copies. */
    public final Map<String, NDArray> state() {
        Map<String, NDArray> out = new TreeMap<>();
        slots.forEach((id, slot) -> slot.arrays.forEach((name, array) -> out.put(id + "/" + name, array)));
        return out;
    }

    /**
     * Puts back what {@link #steps} and {@link #state} gave.
     *
     * @param state arrays of the shapes of the weights; the optimizer takes them over
     */
    public final void restore(Map<String, NDArray> state, Map<String, Long> steps) {
        slots.clear();
        steps.forEach((id, step) -> {
            Slot slot = new Slot();
            slot.step = step;
            slots.put(id, slot);
        });
        state.forEach((key, array) -> {
            int cut = key.lastIndexOf('/');
            Slot slot = cut < 0 ? null : slots.get(key.substring(0, cut));
            if (slot == null) {
                throw new IllegalArgumentException(
                        "optimizer state \"" + key + "\" belongs to no parameter, expected one of " + steps.keySet());
            }
            NDScope.unregister(array);
            slot.arrays.put(key.substring(cut + 1), array);
            slot.foreign.add(key.substring(cut + 1));
        });
    }

    /** The state of one tensor. */
    private static final class Slot {
        private final Map<String, NDArray> arrays = new LinkedHashMap<>();
        /** Restored arrays that have not been laid out in memory as the weight is: fused updates need it. */
        private final Set<String> foreign = new HashSet<>();

        private long step;

        NDArray state(String name, NDArray like) {
            NDArray array = arrays.get(name);
            if (array == null) {
                array = Kernels.zerosLike(like);
                NDScope.unregister(array);
                arrays.put(name, array);
            } else if (foreign.remove(name)) {
                NDArray aligned = Kernels.laidOutLike(array, like);
                NDScope.unregister(aligned);
                array.close();
                arrays.put(name, aligned);
                return aligned;
            }
            return array;
        }
    }

    /** Tensors with the same step, learning rate and decay. */
    protected static final class Group {
        private final List<NDArray> weights = new ArrayList<>();
        private final List<NDArray> gradients = new ArrayList<>();
        private final List<Slot> slots = new ArrayList<>();
        private final long step;
        private final double lr;
        private final double decay;

        private Group(long step, double lr, double decay) {
            this.step = step;
            this.lr = lr;
            this.decay = decay;
        }

        /** Returns the tensors to change in place. */
        List<NDArray> weights() {
            return weights;
        }

        /** Returns their gradients, which must not be changed. */
        List<NDArray> gradients() {
            return gradients;
        }

        /** Returns the number of this step, from 1. */
        long step() {
            return step;
        }

        /** Returns the learning rate of this step. */
        double lr() {
            return lr;
        }

        /** Returns the weight decay, 0 for exempt tensors. */
        double decay() {
            return decay;
        }

        /** Returns named arrays of the tensors' shapes, zero at first, that outlive the step. */
        List<NDArray> state(String name) {
            List<NDArray> out = new ArrayList<>();
            for (int i = 0; i < slots.size(); i++) {
                NDArray like = weights.get(i);
                out.add(slots.get(i).state(name, like));
            }
            return out;
        }
    }

    private static final class NoOptions extends OptimizerBuilder<NoOptions> {
        @Override
        protected NoOptions self() {
            return this;
        }
    }
}
