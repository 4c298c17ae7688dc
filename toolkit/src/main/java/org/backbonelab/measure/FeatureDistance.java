package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Split;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.model.Backbone;
import org.backbonelab.study.Measure;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;

/**
 * Cosine distance between the channels of a layer, the measure of feature collapse of ConvNeXt V2 (arXiv 2301.00808,
 * section 4): D = mean over channel pairs of (1 - cos) / 2, averaged over images.
 *
 * <p>Computed as 0.5 (1 - ||sum_i u_i||^2 / C^2) with unit channels u_i, which needs no C x C matrix; a dead channel
 * counts as cos = 0. Probed in each block at the wide activation: after GELU in V1, after GRN in V2. Images are not
 * masked.
 */
public final class FeatureDistance {
    private static final int IMAGES = 200;

    private FeatureDistance() {}

    /**
     * Returns the measure {@code feature_distance}: a series over depth, and its last value as a metric; taken after
     * pre-training as well.
     */
    public static Measure overDepth() {
        return Measure.of("feature_distance", kind -> true, t -> {
            List<Double> values = overDepth(t.model(), t.split());
            if (values.isEmpty()) {
                return new Measure.Found(Map.of(), Map.of());
            }
            double mean =
                    values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
            Map<String, Double> metrics =
                    Map.of("feature_distance_last", values.get(values.size() - 1), "feature_distance_mean", mean);
            return new Measure.Found(metrics, Map.of("feature_distance", values));
        });
    }

    /** Returns the distance in each block of any network, such as one that has not been trained, on 200 test images. */
    public static List<Double> overDepth(Backbone model, Split split) {
        Map<String, Double> out = new LinkedHashMap<>();
        Batch batch = TestImages.batch(split, IMAGES);
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Pass pass = Pass.evaluation().withTap(Tap.EXPANDED, (name, x) -> out.put(name, of(x)));
                model.forwardFeatures(Supervised.images(manager, batch), pass);
            }
            return List.copyOf(out.values());
        });
    }

    /**
     * Returns the distance, averaged over images.
     *
     * @param x (N, H, W, C)
     */
    public static double of(NDArray x) {
        double channels = x.getShape().get(3);
        NDArray flat = x.flatten(1, 2);
        NDArray norm = flat.square().sum(new int[] {1}, true).sqrt();
        NDArray unit = flat.div(norm.maximum(1e-12));
        NDArray sum = unit.sum(new int[] {2});
        NDArray squared = sum.square().sum(new int[] {1});
        return 0.5 * (1 - squared.mean().getFloat() / (channels * channels));
    }
}
