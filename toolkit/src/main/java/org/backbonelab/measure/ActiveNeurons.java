package org.backbonelab.measure;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;

/** The share of positive units after the activation of each block's MLP (arXiv 2106.01548, section 4). */
public final class ActiveNeurons {
    private static final int IMAGES = 200;

    private ActiveNeurons() {}

    /** Returns the measure {@code active_neurons}: a series over depth in percent, and its first value as a metric. */
    public static Measure overDepth() {
        return Measure.of("active_neurons", t -> {
            List<Double> shares = new ArrayList<>(shares(t).values());
            Map<String, Double> metrics = shares.isEmpty() ? Map.of() : Map.of("active_neurons_first", shares.get(0));
            return new Measure.Found(metrics, Map.of("active_neurons", shares));
        });
    }

    private static Map<String, Double> shares(Trained t) {
        Map<String, Double> out = new LinkedHashMap<>();
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Pass pass = Pass.evaluation().withTap(Tap.NEURONS, (name, x) -> {
                    double positive = x.gt(0).sum().toLongArray()[0];
                    out.put(name, 100 * positive / x.size());
                });
                t.model().apply(Supervised.images(manager, Hessian.batch(t.split(), IMAGES)), pass);
            }
            return out;
        });
    }
}
