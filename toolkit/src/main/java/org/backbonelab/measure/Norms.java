package org.backbonelab.measure;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.model.Backbone;
import org.backbonelab.study.Measure;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;

/** Norms of weights and of activations over depth (arXiv 2106.01548, table 3). */
public final class Norms {
    private static final int IMAGES = 200;

    private Norms() {}

    /**
     * Returns the measure {@code norms}, on 200 training images without augmentation, in evaluation mode.
     *
     * <p>Metric: {@code weight_norm}, the root of the sum of squares of all trained values. Series over the blocks, empty
     * in a network without: {@code weight_norm_by_block}, the same of each block with what leads to it (see {@link
     * ParameterInfo#block}; stem and head are in none, but for a stem that learns with the first block);
     * {@code activation_norm_by_block}, that of a block's output for one image, all channels and positions together, mean
     * over images.
     */
    public static Measure measure() {
        return Measure.of("norms", t -> {
            double[] squares = squaresByBlock(t.model());
            List<Double> blocks = new ArrayList<>();
            for (int i = 1; i < t.model().headBlock(); i++) {
                blocks.add(Math.sqrt(squares[i]));
            }
            return new Measure.Found(
                    Map.of("weight_norm", Math.sqrt(Arrays.stream(squares).sum())),
                    Map.of(
                            "weight_norm_by_block",
                            blocks,
                            "activation_norm_by_block",
                            activations(t.model(), Hessian.batch(t.split(), IMAGES))));
        });
    }

    private static double[] squaresByBlock(Backbone model) {
        double[] out = new double[model.headBlock() + 1];
        Map<String, ParameterInfo> infos = model.parameterInfos();
        model.trainedParameters().forEach((name, parameter) -> {
            for (float value : parameter.getArray().toFloatArray()) {
                out[infos.get(name).block()] += (double) value * value;
            }
        });
        return out;
    }

    private static List<Double> activations(Backbone model, Batch batch) {
        List<Double> out = new ArrayList<>();
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Pass pass = Pass.evaluation().withTap(Tap.BLOCK, (name, x) -> {
                    double sum = 0;
                    for (float norm : x.reshape(x.getShape().get(0), -1)
                            .square()
                            .sum(new int[] {1})
                            .sqrt()
                            .toFloatArray()) {
                        sum += norm;
                    }
                    out.add(sum / batch.count());
                });
                model.apply(Supervised.images(manager, batch), pass);
            }
            return out;
        });
    }
}
