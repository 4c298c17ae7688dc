package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** Tensors with the same step, learning rate and decay: what {@link BaseOptimizer#rule} updates at once. */
public final class Group {
    private final List<NDArray> weights = new ArrayList<>();
    private final List<NDArray> gradients = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private final List<Boolean> hidden = new ArrayList<>();
    private final long step;
    private final double lr;
    private final double lrShare;
    private final double decay;

    Group(long step, double lr, double lrShare, double decay) {
        this.step = step;
        this.lr = lr;
        this.lrShare = lrShare;
        this.decay = decay;
    }

    void add(NDArray weight, NDArray gradient, Slot slot, boolean isHidden) {
        weights.add(weight);
        gradients.add(gradient);
        slots.add(slot);
        hidden.add(isHidden);
    }

    /** Returns the tensors to change in place. */
    public List<NDArray> weights() {
        return weights;
    }

    /** Returns their gradients, which must not be changed. */
    public List<NDArray> gradients() {
        return gradients;
    }

    /** Returns the number of this step, from 1. */
    public long step() {
        return step;
    }

    /** Returns the learning rate of this step. */
    public double lr() {
        return lr;
    }

    /** Returns the learning rate as a share of the one that the optimizer was built with: what the schedule did. */
    public double lrShare() {
        return lrShare;
    }

    /** Returns the weight decay, 0 for exempt tensors. */
    public double decay() {
        return decay;
    }

    /** Returns named arrays of the tensors' shapes, zero at first, that outlive the step. */
    public List<NDArray> state(String name) {
        List<NDArray> out = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            out.add(slots.get(i).state(name, weights.get(i)));
        }
        return out;
    }

    /** Returns named arrays of other shapes, zero at first, that outlive the step. */
    public List<NDArray> state(String name, UnaryOperator<Shape> shape) {
        List<NDArray> out = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            NDArray weight = weights.get(i);
            out.add(slots.get(i).state(name, weight, shape.apply(weight.getShape())));
        }
        return out;
    }

    /**
     * Returns numbers about all tensors together, zero at first: what {@link #keep} was given last.
     *
     * <p>They are the first tensor's state, so that they are restored with it; ask the first group of a step.
     */
    public double[] numbers(String name, int count) {
        return slots.get(0).numbers(name, count);
    }

    /** Keeps numbers about all tensors together, as float64. */
    public void keep(String name, double... numbers) {
        slots.get(0).keep(name, weights.get(0).getManager(), numbers);
    }

    /** Returns the part of this group that has one number of axes or more, or the rest of it. */
    public Group ofRank(int axes, boolean orMore) {
        return part(i -> weights.get(i).getShape().dimension() >= axes == orMore);
    }

    /** Returns the part of this group that is hidden weights with two axes or more, or the rest of it. */
    public Group hiddenMatrices(boolean are) {
        return part(i -> (hidden.get(i) && weights.get(i).getShape().dimension() >= 2) == are);
    }

    private Group part(IntPredicate belongs) {
        Group part = new Group(step, lr, lrShare, decay);
        for (int i = 0; i < weights.size(); i++) {
            if (belongs.test(i)) {
                part.add(weights.get(i), gradients.get(i), slots.get(i), hidden.get(i));
            }
        }
        return part;
    }
}
