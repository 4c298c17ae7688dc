package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Masked;
import org.junit.jupiter.api.Test;

/** What is looked at after masked pre-training. */
class CollapseMeasuresTest {
    private static final Images IMAGES = Images.synthetic(80, 1, 28, 10, 3);
    private static final Dataset SET = Datasets.of("collapse", IMAGES, IMAGES);

    /** Channel 0 answers class 1 alone, channel 1 all alike, channel 2 never, channel 3 class 0 three times as much. */
    @Test
    void selectivityIsTheFavouriteClassAgainstTheRest() {
        float[] activations = {0, 2, 0, 6, 0, 2, 0, 6, 5, 2, 0, 1, 0, 2, 0, 3};
        assertArrayEquals(new double[] {1, 0, 0, 0.5}, ClassSelectivity.of(activations, new int[] {0, 0, 1, 2}), 1e-6);
    }

    @Test
    void classesThatAreNotThereDoNotCount() {
        assertArrayEquals(new double[] {0.5}, ClassSelectivity.of(new float[] {3, 1}, new int[] {4, 9}), 1e-6);
    }

    @Test
    void everyBlockIsLookedAt() {
        try (NDManager manager = Torch.newManager()) {
            Measure.Found found = found(ClassSelectivity.overDepth(), manager);
            assertEquals(4, found.series().get("class_selectivity").size());
            List<Double> last = found.series().get("class_selectivity_last");
            assertEquals(64, last.size());
            double mean = last.stream().mapToDouble(v -> v).average().orElseThrow();
            assertEquals(mean, found.metrics().get("class_selectivity_last_mean"), 1e-9);
            assertTrue(mean > 0 && mean < 1);
            Map<String, List<Double>> maps =
                    found(ActivationMaps.pictures(), manager).series();
            assertEquals(4, maps.size());
            assertEquals(
                    ActivationMaps.CHANNELS * 14 * 14,
                    maps.get("activation_maps_1").size());
            assertEquals(
                    ActivationMaps.CHANNELS * 7 * 7,
                    maps.get("activation_maps_2").size());
        }
    }

    /** The columns differ in removed patches alone, and the mean of a patch is one number. */
    @Test
    void meansAreWhatAReconstructionIsGiven() {
        try (NDManager manager = Torch.newManager()) {
            Measure.Found found = found(Reconstructions.pictures(), manager);
            List<Double> original = found.series().get("image_original");
            List<Double> holes = found.series().get("image_masked");
            List<Double> means = found.series().get("image_mean");
            double sum = 0;
            double flat = 0;
            int patch = 0;
            for (int i = 0; i < 784; i++) {
                if (holes.get(i).isNaN()) {
                    boolean first = patch == 0 || (i / 28 / 4 * 7 + i % 28 / 4) == patch - 1;
                    patch = patch == 0 ? i / 28 / 4 * 7 + i % 28 / 4 + 1 : patch;
                    if (first && (i / 28 / 4 * 7 + i % 28 / 4) == patch - 1) {
                        sum += original.get(i) / 16;
                        flat = means.get(i);
                        assertEquals(flat, means.get((patch - 1) / 7 * 112 + (patch - 1) % 7 * 4));
                    }
                } else {
                    assertEquals(original.get(i), means.get(i));
                }
            }
            assertEquals(sum, flat, 2e-3);
            assertEquals(1, found.metrics().get("reconstruction_loss"), 0.1);
        }
    }

    private static Measure.Found found(Measure measure, NDManager manager) {
        ConvNeXt model = (ConvNeXt) Nets.create(manager, "convnextv2_micro");
        FcmaeDecoder decoder = new FcmaeDecoder(model, FcmaeDecoder.Config.ofWidth(16));
        decoder.initialize(manager, 1);
        Masked masked = new Masked(model, decoder, 0.6, Masked.Encoding.PACKED);
        return measure.measure(new Trained(model, Split.of(SET, 40, 20, 60, 0), Recipes.fcmae(), masked, 0));
    }
}
