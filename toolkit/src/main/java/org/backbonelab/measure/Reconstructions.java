package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Subset;
import org.backbonelab.layer.Pass;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Masked;

/**
 * What masked pre-training sees and paints: original, masked and reconstructed test images.
 *
 * <p>The network predicts patches normalised by their own mean and deviation, so the removed patch's true mean and
 * deviation bring the prediction back to pixels, as the field's pictures do.
 */
public final class Reconstructions {
    /** How many images are kept. */
    public static final int IMAGES = 8;

    private static final int TEST = 1000;

    private Reconstructions() {}

    /**
     * Returns the measure {@code reconstruction}, taken after masked pre-training: series {@code image_original},
     * {@code image_masked} (NaN where removed), {@code image_mean} (the true mean of each removed patch, which the
     * reconstruction is given) and {@code image_reconstructed} of 8 images in 0..1, one after the other; and the metric
     * {@code reconstruction_loss} on the test images, where predicting the mean of each patch has about 1.
     */
    public static Measure pictures() {
        return Measure.of(
                        "reconstruction",
                        objective -> objective instanceof Masked,
                        t -> Torch.withoutGradients(
                                () -> new Measure.Found(Map.of("reconstruction_loss", loss(t)), series(t))))
                .withVersion(2);
    }

    private static double loss(Trained t) {
        double sum = 0;
        int count = 0;
        for (Batch batch : Batches.inOrder(
                t.split().source(),
                Subset.stratified(
                        t.split().test(), Math.min(TEST, t.split().test().count()), 0),
                100)) {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                sum += batch.count()
                        * t.objective().loss(manager, batch, Pass.evaluation()).getFloat();
                count += batch.count();
            }
        }
        return sum / count;
    }

    private static Map<String, List<Double>> series(Trained t) {
        Dataset source = t.split().source();
        Batch batch = TestImages.batch(t.split(), IMAGES);
        Map<String, List<Double>> out = new TreeMap<>();
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Masked.Reconstruction r = ((Masked) t.objective()).reconstruct(manager, batch, Pass.evaluation(), 0);
            int side = Math.toIntExact(r.visible().getShape().get(2));
            int patch = batch.size() / side;
            NDArray patches = Masked.patchify(r.images(), patch);
            NDArray mean = patches.mean(new int[] {2}, true);
            double values = patches.getShape().get(2);
            NDArray std = patches.sub(mean)
                    .square()
                    .sum(new int[] {2}, true)
                    .div(values - 1)
                    .sqrt();
            NDArray seen = r.visible().flatten(1, 3).expandDims(2);
            NDArray removed = seen.neg().add(1);
            NDArray painted =
                    patches.mul(seen).add(r.predicted().mul(std).add(mean).mul(removed));
            // Zero over zero marks the removed ones: NaN draws as a hole.
            NDArray holes = patches.mul(seen.div(seen));
            out.put("image_original", pixels(patches, side, patch, source));
            out.put("image_masked", pixels(holes, side, patch, source));
            NDArray means = patches.mul(seen).add(mean.mul(removed));
            out.put("image_mean", pixels(means, side, patch, source));
            out.put("image_reconstructed", pixels(painted, side, patch, source));
        }
        return out;
    }

    /** Puts (N, side * side, patch * patch * C) back together and back into 0..1: N images of (C, H, W). */
    private static List<Double> pixels(NDArray patches, int side, int patch, Dataset source) {
        int channels = source.train().channels();
        NDArray images = patches.reshape(-1, side, side, patch, patch, channels)
                .transpose(0, 5, 1, 3, 2, 4)
                .reshape(-1, channels, (long) side * patch, (long) side * patch);
        float[] values = images.toFloatArray();
        int plane = side * patch * side * patch;
        List<Double> out = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            int c = i / plane % channels;
            double v = values[i] * source.std()[c] + source.mean()[c];
            out.add(Double.isNaN(v) ? v : Math.max(0, Math.min(1, Math.round(v * 1e3) / 1e3)));
        }
        return out;
    }
}
