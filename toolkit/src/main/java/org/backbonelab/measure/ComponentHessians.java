package org.backbonelab.measure;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.backbonelab.data.Batch;
import org.backbonelab.model.Backbone;
import org.backbonelab.study.Measure;
import org.backbonelab.train.objective.Supervised;

/**
 * The largest eigenvalue of the Hessian of the training loss for the parameters of one part of the network at a time: of a
 * diagonal block of the Hessian (arXiv 2106.01548, table 3).
 *
 * <p>By Lanczos from random signs, until a step changes the eigenvalue by less than 1e-4 of itself, which is after 5 to 10
 * products with the Hessian of a trained network; power iteration needs dozens for three digits.
 */
public final class ComponentHessians {
    private static final int IMAGES = 100;
    private static final int MOST_STEPS = 30;
    private static final double TOLERANCE = 1e-4;

    private ComponentHessians() {}

    /**
     * Returns the measure {@code hessian_by_component}, on 100 training images without augmentation, in evaluation mode.
     *
     * <p>Metrics: {@code hessian_embed}, {@code hessian_mixing} (attention or token MLPs; else each block's first
     * convolution), {@code hessian_mlp} (the blocks' other linear maps and convolutions), {@code hessian_block_first},
     * {@code hessian_block_middle}, {@code hessian_block_last}, {@code hessian_classifier}, {@code hessian_whole}; a part
     * that a network lacks has none.
     */
    public static Measure measure() {
        return Measure.of("hessian_by_component", t -> {
            Batch batch = Hessian.batch(t.split(), IMAGES);
            Map<String, Double> metrics = new LinkedHashMap<>();
            eigenvalues(t.model(), batch, t.seed())
                    .forEach((part, value) ->
                            metrics.put("hessian_" + part.name().toLowerCase(Locale.ROOT), value));
            return new Measure.Found(metrics, Map.of());
        });
    }

    static Map<Component, Double> eigenvalues(Backbone model, Batch batch, long seed) {
        Map<Component, Double> out = new EnumMap<>(Component.class);
        for (Component part : Component.values()) {
            Set<String> names = part.of(model);
            if (!names.isEmpty()) {
                try (WeightSpace space =
                        new WeightSpace(new Supervised(model, 0), batch, (name, info) -> names.contains(name))) {
                    out.put(part, Lanczos.top(space, seed, MOST_STEPS, TOLERANCE));
                }
            }
        }
        return out;
    }
}
