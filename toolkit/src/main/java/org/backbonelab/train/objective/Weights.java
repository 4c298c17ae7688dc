package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Role;
import org.backbonelab.tensor.Torch;

/**
 * The parameters that a training changes, in one fixed order.
 *
 * @param names as timm has them
 * @param arrays the live parameters
 * @param infos what each of them is
 */
public record Weights(List<String> names, List<NDArray> arrays, List<ParameterInfo> infos) {
    /** Copies the lists. */
    public Weights {
        names = List.copyOf(names);
        arrays = List.copyOf(arrays);
        infos = List.copyOf(infos);
    }

    /** Returns the live parameters by name, in their order. */
    public Map<String, NDArray> byName() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            out.put(names.get(i), arrays.get(i));
        }
        return out;
    }

    /** Returns what the parameter of a place in the order is for. */
    public Role role(int i) {
        return infos.get(i).role();
    }

    /**
     * Multiplies parameters by factors, in place.
     *
     * @param factors by regular expressions for whole names; a parameter that several fit takes them all
     * @throws IllegalArgumentException if one fits no parameter; nothing has changed then
     */
    public void scale(Map<String, Double> factors) {
        factors.keySet().forEach(this::checkFits);
        factors.forEach((pattern, factor) -> byName().forEach((name, array) -> {
            if (name.matches(pattern)) {
                Torch.withoutGradients(() -> array.muli(factor));
            }
        }));
    }

    /**
     * Checks that a pattern fits a parameter.
     *
     * @throws IllegalArgumentException if it fits none
     */
    public void checkFits(String pattern) {
        if (names.stream().noneMatch(name -> name.matches(pattern))) {
            throw new IllegalArgumentException("parameter pattern \"" + pattern
                    + "\" fits no parameter, expected a regular expression for whole names such as " + names.get(0)
                    + " and " + names.get(names.size() - 1));
        }
    }

    /**
     * Returns the parameters of an objective.
     *
     * @throws IllegalStateException if the objective does not say what one of them is
     */
    public static Weights of(Objective objective) {
        Map<String, Parameter> parameters = objective.parameters();
        Map<String, ParameterInfo> known = objective.parameterInfos();
        parameters.keySet().stream()
                .filter(name -> !known.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalStateException(objective.getClass().getSimpleName()
                            + " does not say what its parameter " + name + " is; let parameterInfos know all names");
                });
        return new Weights(
                List.copyOf(parameters.keySet()),
                parameters.values().stream().map(Parameter::getArray).toList(),
                parameters.keySet().stream().map(known::get).toList());
    }
}
