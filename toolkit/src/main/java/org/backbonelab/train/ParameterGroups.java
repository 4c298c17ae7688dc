package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.LayerDecay;
import org.backbonelab.optim.Optimizers;

/** Which parameters are exempt from weight decay, and which learn more slowly. */
final class ParameterGroups {
    private ParameterGroups() {}

    /** Returns the recipe's optimizer with its groups set. */
    static BaseOptimizer optimizer(Weights weights, Recipe recipe) {
        Optimizers.Entry entry = Optimizers.get(recipe.optimizer());
        BaseOptimizer optimizer = entry.factory().build(recipe.lr(), recipe.weightDecay());
        Map<String, Double> scales =
                recipe.layerDecay() == 1 ? Map.of() : LayerDecay.scales(weights.names(), recipe.layerDecay());
        for (int i = 0; i < weights.names().size(); i++) {
            String name = weights.names().get(i);
            boolean decayed =
                    entry.decaysAll() || isDecayed(name, weights.arrays().get(i));
            optimizer.group(name, decayed ? 1 : 0, scales.getOrDefault(name, 1.0));
        }
        return optimizer;
    }

    /** Norms, biases, tokens and positions are exempt, as in timm's and the papers' own code. */
    private static boolean isDecayed(String name, NDArray array) {
        boolean vector = array.getShape().dimension() < 2;
        return !(vector || name.endsWith("_embed") || name.endsWith("_token"));
    }
}
