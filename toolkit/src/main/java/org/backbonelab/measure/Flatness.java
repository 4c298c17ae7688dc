package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.study.Measure;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.train.objective.Supervised;

/**
 * How the training loss rises around the weights: on average over random directions, L^N = E L(w + e) with e ~ N(0, sigma^2 I)
 * (arXiv 2106.01548, section 4), and in the worst one, by {@link AdaptiveSharpness}.
 */
public final class Flatness {
    /** The scales of the random steps. */
    public static final List<Double> SIGMAS = List.of(0.003, 0.01, 0.03);

    private static final int METRIC = SIGMAS.indexOf(0.01);
    private static final int IMAGES = 200;
    private static final int DRAWS = 10;
    private static final double RHO = 0.5;
    private static final int STEPS = 10;

    private Flatness() {}

    /**
     * Returns the measure {@code flatness}, on 200 training images without augmentation, in evaluation mode.
     *
     * <p>Metrics: {@code train_loss_clean}, the loss at w; {@code flatness_loss}, L^N at sigma 0.01, the mean of 10 draws,
     * and {@code flatness_rise}, that minus the loss at w; {@code adaptive_sharpness} at rho 0.5 by 10 steps. Series:
     * {@code flatness_by_sigma}, L^N at sigma 0.003, 0.01 and 0.03, in the same 10 directions.
     */
    public static Measure measure() {
        return Measure.of("flatness", t -> {
            Batch batch = Hessian.batch(t.split(), IMAGES);
            try (WeightSpace space = new WeightSpace(new Supervised(t.model(), 0), batch)) {
                double clean = space.loss();
                List<Double> means = losses(space, SIGMAS, DRAWS, t.seed());
                double sharpness = AdaptiveSharpness.of(space, RHO, STEPS);
                return new Measure.Found(
                        Map.of(
                                "train_loss_clean",
                                clean,
                                "flatness_loss",
                                means.get(METRIC),
                                "flatness_rise",
                                means.get(METRIC) - clean,
                                "adaptive_sharpness",
                                sharpness),
                        Map.of("flatness_by_sigma", means));
            }
        });
    }

    /** Returns the mean loss at each sigma. */
    static List<Double> losses(WeightSpace space, List<Double> sigmas, int draws, long seed) {
        double[] sums = new double[sigmas.size()];
        for (int i = 0; i < draws; i++) {
            List<NDArray> direction = space.randomDirection(Seeds.derive(seed, "flatness", i));
            for (int k = 0; k < sums.length; k++) {
                space.moveTo(sigmas.get(k), direction, 0, null);
                sums[k] += space.loss();
            }
            WeightSpace.release(direction);
        }
        space.moveHome();
        return Arrays.stream(sums).map(sum -> sum / draws).boxed().toList();
    }
}
