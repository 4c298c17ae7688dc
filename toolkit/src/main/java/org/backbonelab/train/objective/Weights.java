package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters that a training changes, in one fixed order.
 *
 * @param names as timm has them
 * @param arrays the live parameters
 */
public record Weights(List<String> names, List<NDArray> arrays) {
    /** Copies the lists. */
    public Weights {
        names = List.copyOf(names);
        arrays = List.copyOf(arrays);
    }

    /** Returns the live parameters by name, in their order. */
    public Map<String, NDArray> byName() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            out.put(names.get(i), arrays.get(i));
        }
        return out;
    }

    /** Returns the parameters of an objective. */
    public static Weights of(Objective objective) {
        Map<String, Parameter> parameters = objective.parameters();
        return new Weights(
                List.copyOf(parameters.keySet()),
                parameters.values().stream().map(Parameter::getArray).toList());
    }
}
