package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Clipping;
import org.backbonelab.tensor.Torch;

/**
 * One update in the making: what a {@link Step} works with.
 *
 * @param manager owns the inputs of this update
 * @param objective gives the loss
 * @param batch the data
 * @param seed of random masks; both passes of SAM use the same
 * @param optimizer changes the parameters
 * @param recipe says how gradients are clipped
 */
public record Update(
        NDManager manager, Objective objective, Batch batch, long seed, BaseOptimizer optimizer, Recipe recipe) {
    /**
     * Computes the loss and the gradients.
     *
     * @param again whether this is a second pass on the same batch, which leaves running statistics alone
     * @return the loss
     */
    public double backward(boolean again) {
        Pass pass = Pass.training(seed);
        try (GradientCollector collector = Torch.engine().newGradientCollector()) {
            NDArray loss = objective.loss(manager, batch, again ? pass.withoutStatistics() : pass);
            double value = loss.getFloat();
            if (Double.isFinite(value)) {
                collector.backward(loss);
            }
            return value;
        }
    }

    /** Returns the parameters by name. */
    public Map<String, Parameter> parameters() {
        return objective.parameters();
    }

    /** Returns the gradients by parameter name. */
    public Map<String, NDArray> gradients() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        parameters().forEach((name, p) -> out.put(name, p.getArray().getGradient()));
        return out;
    }

    /** Clears the gradients. */
    public void clear() {
        parameters().values().forEach(p -> Torch.zeroGradient(p.getArray()));
    }

    /** Clips the gradients as the recipe says and hands them to the optimizer, which clears them. */
    public void apply(Map<String, NDArray> gradients) {
        Map<String, Parameter> parameters = parameters();
        if (recipe.agc() > 0) {
            gradients.forEach((name, g) -> {
                if (!isClassifierWeight(name)) {
                    Clipping.adaptive(parameters.get(name).getArray(), g, recipe.agc());
                }
            });
        }
        if (recipe.clipNorm() > 0) {
            Clipping.byGlobalNorm(gradients.values(), recipe.clipNorm());
        }
        gradients.forEach((name, g) -> {
            Parameter p = parameters.get(name);
            optimizer.update(p.getId(), p.getArray(), g);
        });
    }

    /** NFNets exempt the classifier's weight, and only it, from adaptive clipping. */
    private static boolean isClassifierWeight(String name) {
        return name.equals("head.fc.weight") || name.equals("fc.weight") || name.equals("head.weight");
    }
}
