package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
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
 * How much the channels of a block's output prefer one class (Morcos et al., arXiv 1803.06959; ConvNeXt V2, figure 7):
 * (a - b) / (a + b), where a is a channel's mean activation on the images of its favourite class and b its mean over the
 * other classes. 0 prefers none, 1 is silent but for one class.
 *
 * <p>Activations are positive parts, averaged over positions: the outputs of residual blocks have no sign of their own, and
 * the papers do not say what becomes of it. A channel that is never positive counts as 0.
 */
public final class ClassSelectivity {
    private static final int IMAGES = 500;

    private ClassSelectivity() {}

    /**
     * Returns the measure {@code class_selectivity}, taken after pre-training as well: series {@code class_selectivity} of
     * the mean over the channels of each block, {@code class_selectivity_last} of all channels of the last one, and the mean
     * of the latter as metric {@code class_selectivity_last_mean}.
     */
    public static Measure overDepth() {
        return Measure.of("class_selectivity", kind -> true, t -> {
            List<double[]> blocks = new ArrayList<>(perBlock(t).values());
            if (blocks.isEmpty()) {
                return new Measure.Found(Map.of(), Map.of());
            }
            List<Double> means = blocks.stream().map(ClassSelectivity::mean).toList();
            List<Double> last =
                    Arrays.stream(blocks.get(blocks.size() - 1)).boxed().toList();
            return new Measure.Found(
                    Map.of("class_selectivity_last_mean", means.get(means.size() - 1)),
                    Map.of("class_selectivity", means, "class_selectivity_last", last));
        });
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private static Map<String, double[]> perBlock(Trained t) {
        Map<String, double[]> out = new LinkedHashMap<>();
        Batch batch = TestImages.batch(t.split(), IMAGES);
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Pass pass = Pass.evaluation().withTap(Tap.BLOCK, (name, x) -> {
                    if (x.getShape().dimension() == 4) {
                        NDArray means = x.maximum(0).flatten(2, 3).mean(new int[] {2});
                        out.put(name, of(means.toFloatArray(), batch.labels()));
                    }
                });
                t.model().forwardFeatures(Supervised.images(manager, batch), pass);
            }
            return out;
        });
    }

    /**
     * Returns the selectivity of each channel.
     *
     * @param activations (N, C), 0 or more
     * @param labels (N)
     */
    public static double[] of(float[] activations, int[] labels) {
        int channels = activations.length / labels.length;
        int classes = Arrays.stream(labels).max().orElse(0) + 1;
        double[][] sums = new double[classes][channels];
        int[] counts = new int[classes];
        for (int n = 0; n < labels.length; n++) {
            counts[labels[n]]++;
            for (int c = 0; c < channels; c++) {
                sums[labels[n]][c] += activations[n * channels + c];
            }
        }
        double[] out = new double[channels];
        for (int c = 0; c < channels; c++) {
            double best = 0;
            double all = 0;
            int there = 0;
            for (int k = 0; k < classes; k++) {
                double mean = counts[k] == 0 ? 0 : sums[k][c] / counts[k];
                best = Math.max(best, mean);
                all += mean;
                there += counts[k] == 0 ? 0 : 1;
            }
            double rest = (all - best) / Math.max(1, there - 1);
            out[c] = best + rest == 0 ? 0 : (best - rest) / (best + rest);
        }
        return out;
    }
}
