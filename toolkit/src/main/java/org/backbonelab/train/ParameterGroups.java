package org.backbonelab.train;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.layer.Role;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.LayerDecay;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.recipe.OptimizationSettings;
import org.backbonelab.recipe.ParameterGroup;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Weights;

/** Which parameters are exempt from weight decay, which learn more slowly, and which are no hidden weights. */
final class ParameterGroups {
    /**
     * What decay acts on; the others are exempt, as in timm and the papers' own code.
     *
     * <p>Exempt are biases, norms (GRN too), LayerScale, residual scales, position embeddings, all that gives biases by
     * relative position, temperatures of softmaxes, tokens, gains of standardised convolutions.
     */
    private static final Set<Role> DECAYED = Set.of(Role.WEIGHT, Role.CLASSIFIER);

    private static final ParameterGroup REST = new ParameterGroup(".*", 1, 1);

    private ParameterGroups() {}

    /**
     * Returns the recipe's optimizer with its groups set.
     *
     * @throws IllegalArgumentException if a group of the recipe fits no parameter, or the optimizer needs of the objective
     *     what it does not give, or brings an average of the weights beside the recipe's
     */
    static BaseOptimizer optimizer(Objective objective, Weights weights, Recipe recipe) {
        OptimizationSettings settings = recipe.optimization();
        settings.groups().forEach(group -> weights.checkFits(group.pattern()));
        Optimizers.Entry entry = Optimizers.get(settings.optimizer());
        BaseOptimizer optimizer =
                settings.lookahead().around(entry.factory().build(settings.lr(), settings.weightDecay()));
        if (optimizer.wantsCurvature() && !objective.canSample()) {
            throw new IllegalArgumentException("optimizer " + settings.optimizer()
                    + " estimates curvature from labels drawn from the network's prediction, which the objective "
                    + objective.getClass().getSimpleName() + " does not have; choose another optimizer");
        }
        if (optimizer.evaluatesElsewhere() && recipe.evaluation().ema().isOn()) {
            throw new IllegalArgumentException(
                    "optimizer " + settings.optimizer()
                            + " averages the weights itself, and the recipe asks for a moving average too; choose one of the two");
        }
        List<Double> scales = settings.layerDecay() == 1
                ? Collections.nCopies(weights.names().size(), 1.0)
                : LayerDecay.scales(weights.infos(), settings.layerDecay());
        String first = firstLayer(objective);
        for (int i = 0; i < weights.names().size(); i++) {
            String name = weights.names().get(i);
            if (weights.role(i) != Role.WEIGHT || name.equals(first)) {
                optimizer.notHidden(name);
            }
            boolean decayed = entry.decaysAll() || isDecayed(weights.role(i));
            ParameterGroup group = settings.groups().stream()
                    .filter(g -> g.fits(name))
                    .findFirst()
                    .orElse(REST);
            optimizer.group(name, decayed ? group.decayScale() : 0, group.lrScale() * scales.get(i));
        }
        return optimizer;
    }

    /** Returns the name of the first layer's weight: networks declare their layers in the order in which images pass. */
    private static String firstLayer(Objective objective) {
        return objective.parameterInfos().entrySet().stream()
                .filter(e -> e.getValue().role() == Role.WEIGHT)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /** Tells whether decay acts on parameters of a role. */
    static boolean isDecayed(Role role) {
        return DECAYED.contains(role);
    }
}
