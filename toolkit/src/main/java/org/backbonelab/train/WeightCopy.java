package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.tensor.InPlace;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Objective;

/** A second set of values for a network's arrays: their moving average, or what they were in the best epoch. */
public final class WeightCopy implements AutoCloseable {
    private final List<NDArray> live;
    private final Map<String, NDArray> copies;

    /** Copies the arrays as they are now. */
    WeightCopy(Map<String, NDArray> live) {
        this.live = List.copyOf(live.values());
        this.copies = Torch.withoutGradients(() -> {
            Map<String, NDArray> out = new LinkedHashMap<>();
            live.forEach((name, array) -> {
                NDArray copy = array.duplicate();
                NDScope.unregister(copy);
                out.put(name, copy);
            });
            return out;
        });
    }

    /** Copies the running statistics, which a forward pass changes; gives null where there are none. */
    static WeightCopy ofStatistics(Objective objective) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        objective.state().forEach((name, p) -> {
            if (!p.requiresGradient()) {
                out.put(name, p.getArray());
            }
        });
        return out.isEmpty() ? null : new WeightCopy(out);
    }

    /** Returns the copies by name. */
    Map<String, NDArray> arrays() {
        return copies;
    }

    private List<NDArray> list() {
        return List.copyOf(copies.values());
    }

    /** Copies the network's values again. */
    void take() {
        InPlace.restore(list(), live);
    }

    /** Moves the copies towards the network's values: copy = decay * copy + (1 - decay) * value. */
    void average(double decay) {
        InPlace.lerp(list(), live, 1 - decay);
    }

    /** Gives the network these values, and keeps its own. */
    public void swap() {
        InPlace.swap(list(), live);
    }

    /** Gives the network these values. */
    void put() {
        InPlace.restore(live, list());
    }

    @Override
    public void close() {
        copies.values().forEach(NDArray::close);
    }
}
