package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;

/**
 * What the channels of a layer say of one image: the pictures in which ConvNeXt V2 shows collapse (arXiv 2301.00808, figure
 * 3), dead and saturated channels beside those that see something.
 */
public final class ActivationMaps {
    /** How many channels are kept of each block. */
    public static final int CHANNELS = 32;

    private ActivationMaps() {}

    /**
     * Returns the measure {@code activation_maps}, taken after pre-training as well: a series {@code activation_maps_<k>} for
     * block k, from 0, of the first {@link #CHANNELS} channels of its wide activation on a test image, (C, H, W).
     */
    public static Measure pictures() {
        return Measure.of(
                "activation_maps",
                kind -> true,
                t -> new Measure.Found(Map.of(), Torch.withoutGradients(() -> maps(t))));
    }

    private static Map<String, List<Double>> maps(Trained t) {
        Map<String, List<Double>> out = new LinkedHashMap<>();
        Batch batch = TestImages.batch(t.split(), 10);
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Pass pass = Pass.evaluation().withTap(Tap.EXPANDED, (name, x) -> {
                NDArray one = x.get(0).transpose(2, 0, 1);
                int size =
                        Math.toIntExact(one.getShape().get(1) * one.getShape().get(2));
                float[] values = one.toFloatArray();
                List<Double> kept = new ArrayList<>();
                for (int i = 0; i < Math.min(values.length, CHANNELS * size); i++) {
                    kept.add(Math.round(values[i] * 1e3) / 1e3);
                }
                out.put("activation_maps_" + out.size(), kept);
            });
            t.model().forwardFeatures(Supervised.images(manager, batch), pass);
        }
        return out;
    }
}
