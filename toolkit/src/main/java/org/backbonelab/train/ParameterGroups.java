package org.backbonelab.train;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.LayerDecay;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.recipe.OptimizationSettings;
import org.backbonelab.recipe.ParameterGroup;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;

/** Which parameters are exempt from weight decay, and which learn more slowly. */
final class ParameterGroups {
    private static final Pattern EXEMPT =
            Pattern.compile(".*(_embed|_token|relative_position_bias_table|gain|gamma|\\.scale"
                    + "|cpb_fc\\d\\.weight|query_embedding|relative_pos_bias_local|temperature)");
    private static final ParameterGroup REST = new ParameterGroup(".*", 1, 1);

    private ParameterGroups() {}

    /**
     * Returns the recipe's optimizer with its groups set.
     *
     * @throws IllegalArgumentException if a group of the recipe fits no parameter, or the optimizer needs of the objective
     *     what it does not give
     */
    static BaseOptimizer optimizer(Objective objective, Weights weights, Recipe recipe) {
        OptimizationSettings settings = recipe.optimization();
        checkThatEachFits(settings.groups(), weights.names());
        Optimizers.Entry entry = Optimizers.get(settings.optimizer());
        BaseOptimizer optimizer =
                settings.lookahead().around(entry.factory().build(settings.lr(), settings.weightDecay()));
        if (optimizer.wantsCurvature() && !objective.canSample()) {
            throw new IllegalArgumentException("optimizer " + settings.optimizer()
                    + " estimates curvature from labels drawn from the network's prediction, which the objective "
                    + objective.getClass().getSimpleName() + " does not have; choose another optimizer");
        }
        Map<String, Double> scales =
                settings.layerDecay() == 1 ? Map.of() : LayerDecay.scales(weights.names(), settings.layerDecay());
        for (int i = 0; i < weights.names().size(); i++) {
            String name = weights.names().get(i);
            boolean decayed =
                    entry.decaysAll() || isDecayed(name, weights.arrays().get(i).getShape());
            ParameterGroup group = settings.groups().stream()
                    .filter(g -> g.fits(name))
                    .findFirst()
                    .orElse(REST);
            optimizer.group(name, decayed ? group.decayScale() : 0, group.lrScale() * scales.getOrDefault(name, 1.0));
        }
        return optimizer;
    }

    private static void checkThatEachFits(List<ParameterGroup> groups, List<String> names) {
        for (ParameterGroup group : groups) {
            if (names.stream().noneMatch(group::fits)) {
                throw new IllegalArgumentException("parameter group \"" + group.pattern()
                        + "\" fits no parameter, expected a regular expression for whole names such as "
                        + names.get(0) + " and " + names.get(names.size() - 1));
            }
        }
    }

    /**
     * Tells whether decay acts on a parameter; the exempt are those of timm and of the papers' own code.
     *
     * <p>Scalars and vectors: biases, norms (GRN too), LayerScale, residual scales. Whatever their shape: position
     * embeddings, all that gives biases by relative position, temperatures of softmaxes, tokens, gains of standardised convolutions.
     */
    static boolean isDecayed(String name, Shape shape) {
        return shape.dimension() >= 2 && !EXEMPT.matcher(name).matches();
    }
}
