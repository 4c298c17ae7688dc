package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.Subset;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.corrupt.Corruptions;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.Evaluation;
import org.junit.jupiter.api.Test;

class CorruptionAccuracyTest {
    private static final Split SPLIT = split();

    private static Split split() {
        Images images = Images.synthetic(60, 1, 28, 10, 3);
        return Split.of(Datasets.of("corrupted", images, images), 20, 20, 20, 0);
    }

    private static Measure.Found measure(int images, Backbone model) {
        return CorruptionAccuracy.top1(images).measure(new Trained(model, SPLIT, Recipe.supervised(), null, 0));
    }

    /** Image by image through the list of corruptions, without the measure's order, batches and cache. */
    @Test
    void equalsAnEvaluationOfEachCorruptionByItself() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            List<Double> top1 = new ArrayList<>();
            List<Double> loss = new ArrayList<>();
            for (String name : Corruptions.names()) {
                for (int severity = 1; severity <= 5; severity++) {
                    Evaluation e = Evaluation.of(model, SPLIT.source(), corrupted(name, severity));
                    top1.add(e.top1());
                    loss.add(e.loss());
                }
            }
            Measure.Found found = measure(20, model);
            assertEquals(top1, found.series().get("corrupted_top1_all"));
            Map<String, Double> metrics = found.metrics();
            assertEquals(mean(top1), metrics.get("corrupted_top1"), 1e-9);
            assertEquals(mean(top1.subList(0, 75)), metrics.get("corrupted_top1_15"), 1e-9);
            assertEquals(mean(loss), metrics.get("corrupted_loss"), 1e-9);
            List<Double> byKind = found.series().get("corrupted_top1_by_kind");
            assertEquals(19, byKind.size());
            assertEquals(mean(top1.subList(35, 40)), byKind.get(7), 1e-9);
            List<Double> bySeverity = found.series().get("corrupted_top1_by_severity");
            assertEquals(5, bySeverity.size());
            assertEquals(metrics.get("corrupted_top1"), mean(bySeverity), 1e-9);
        }
    }

    private static Images corrupted(String name, int severity) {
        Images clean = Images.copyOf(Subset.stratified(SPLIT.test(), 20, 0));
        byte[] out = new byte[clean.pixels().length];
        Pixels image = new Pixels();
        for (int i = 0; i < clean.count(); i++) {
            clean.read(i, image);
            byte[] made = Corruptions.apply(name, severity, image, 0).data();
            System.arraycopy(made, 0, out, i * clean.stride(), clean.stride());
        }
        return new Images(out, clean.labels(), 1, clean.size(), clean.classes());
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @Test
    void otherImagesGiveOtherNumbersAndTheFirstStay() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            Measure.Found all = measure(20, model);
            Measure.Found some = measure(7, model);
            assertNotEquals(all.metrics(), some.metrics());
            measure(3, model);
            assertEquals(all, measure(20, model));
            assertEquals(all, measure(10_000, model), "all where there are fewer");
        }
    }

    @Test
    void noImagesAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> CorruptionAccuracy.top1(0))
                .getMessage();
        assertEquals("number of images to corrupt is 0, expected 1 or more", message);
    }
}
