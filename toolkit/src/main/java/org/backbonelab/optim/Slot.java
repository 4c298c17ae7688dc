package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.backbonelab.tensor.Kernels;

/** The optimizer's state of one parameter. */
final class Slot {
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    /** Restored arrays that have not been laid out in memory as the weight is: fused updates need it. */
    private final Set<String> foreign = new HashSet<>();

    private long step;

    /** Returns the number of updates so far. */
    long step() {
        return step;
    }

    /** Counts an update and returns its number. */
    long next() {
        return ++step;
    }

    Map<String, NDArray> arrays() {
        return arrays;
    }

    void restore(long steps) {
        step = steps;
    }

    void restore(String name, NDArray array) {
        NDScope.unregister(array);
        arrays.put(name, array);
        foreign.add(name);
    }

    NDArray state(String name, NDArray like) {
        NDArray array = arrays.get(name);
        if (array == null) {
            return put(name, Kernels.zerosLike(like));
        } else if (foreign.remove(name)) {
            NDArray aligned = Kernels.laidOutLike(array, like);
            array.close();
            return put(name, aligned);
        }
        return array;
    }

    NDArray state(String name, NDArray weight, Shape shape) {
        NDArray array = arrays.get(name);
        if (array == null) {
            array = weight.getManager().zeros(shape, weight.getDataType());
        } else if (!foreign.remove(name)) {
            return array;
        }
        return put(name, shape.dimension() == 4 ? Kernels.convolutionLayout(array) : array);
    }

    /** Returns numbers that were kept, or zeros. */
    double[] numbers(String name, int count) {
        NDArray array = arrays.get(name);
        return array == null ? new double[count] : array.toDoubleArray();
    }

    void keep(String name, NDManager manager, double... numbers) {
        NDArray before = arrays.get(name);
        put(name, manager.create(numbers));
        if (before != null) {
            before.close();
        }
    }

    private NDArray put(String name, NDArray array) {
        NDScope.unregister(array);
        arrays.put(name, array);
        return array;
    }
}
