package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.model.ResNet;
import org.backbonelab.optim.Schedule;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An epoch whose last batch is one image: its batch norms see one value a channel where the map is 1 x 1. */
class SingleImageTest {
    private record Finished(TrainLoop.Outcome outcome, Map<String, float[]> values) {
        void assertFiniteStatistics() {
            values.forEach((name, values) -> {
                if (name.contains("running")) {
                    for (float v : values) {
                        assertTrue(Float.isFinite(v), name + " has " + v);
                    }
                }
            });
        }
    }

    /** Trains a network whose last map is a quarter of the image's side, in batches of 32. */
    private static Finished train(int images, int side, Recipe recipe) {
        Images pool = Images.synthetic(images + 20, 1, side, 10, 3);
        Split split = Split.of(Datasets.of("single", pool, pool), images, 20, 20, 0);
        ResNet.Config sizes = new ResNet.Config(List.of(8, 16, 16), List.of(1, 1, 1), false, true);
        try (NDManager manager = Torch.newManager()) {
            Backbone model = new ResNet(new ImageSpec(1, side, 10), sizes, 0);
            model.initialize(manager, 7);
            TrainLoop.Outcome outcome = TrainLoop.run(new Supervised(model, 0), split, recipe, 1);
            return new Finished(outcome, Nets.values(model.namedParameters()));
        }
    }

    private static Recipe recipe(NonFinite policy, double epochs) {
        return Recipe.supervised()
                .withBatchSize(32)
                .withAugmentation(Augmentation.NONE)
                .withSchedule(Schedule.CONSTANT)
                .withEpochs(epochs, 0)
                .withEvaluateEvery(1)
                .withNonFinite(policy);
    }

    /** Nothing of the update remains, and the run says what happened. */
    @ParameterizedTest
    @EnumSource(
            value = NonFinite.class,
            names = {"STOP", "SKIP"})
    void leavesWeightsAndStatisticsAsTheyWere(NonFinite policy) {
        Finished before = train(33, 4, recipe(policy, 0.5));
        Finished found = train(33, 4, recipe(policy, 1));
        assertEquals(0, before.outcome.nonFinite());
        assertEquals(1, found.outcome.nonFinite());
        assertEquals(33, found.outcome.images(), "the image was seen");
        assertEquals(policy == NonFinite.STOP, found.outcome.diverged());
        before.values.forEach((name, values) -> assertArrayEquals(values, found.values.get(name), name));
        found.assertFiniteStatistics();
    }

    @Test
    void skippingCountsOneAnEpochAndEvaluatesToNumbers() {
        Finished found = train(33, 4, recipe(NonFinite.SKIP, 3));
        assertFalse(found.outcome.diverged());
        assertEquals(3, found.outcome.nonFinite());
        assertEquals(99, found.outcome.images());
        assertEquals(3, found.outcome.evaluations().size());
        found.outcome.evaluations().forEach(e -> assertTrue(Double.isFinite(e.loss()), e::toString));
        found.outcome.trainLoss().forEach(loss -> assertTrue(Double.isFinite(loss), "loss " + loss));
    }

    /** The weights become NaN, which the loss tells at once; the running statistics do not. */
    @Test
    void propagatingEndsTheRun() {
        Finished found = train(33, 4, recipe(NonFinite.PROPAGATE, 3));
        assertTrue(found.outcome.diverged());
        assertEquals(1, found.outcome.nonFinite());
        assertEquals(33, found.outcome.images());
        for (String name : List.of("conv1.weight", "bn1.bias", "layer3.0.bn2.weight", "layer3.0.bn2.bias", "fc.bias")) {
            assertTrue(Float.isNaN(found.values.get(name)[0]), name);
        }
        found.assertFiniteStatistics();
    }

    /** Second passes of SAM, chunks and parts of one image count as well; 35 images leave 3, cut into 1 and 2. */
    @ParameterizedTest
    @ValueSource(strings = {"sam", "chunks", "parts"})
    void everyWayToASingleImageCounts(String way) {
        Recipe plain = recipe(NonFinite.SKIP, 1);
        Finished found =
                switch (way) {
                    case "sam" -> train(33, 4, plain.withRho(0.05));
                    case "chunks" -> train(33, 4, plain.withSam(Sharpness.SAM.withM(16), 0.05));
                    default -> train(35, 4, plain.withAccumulate(2));
                };
        assertEquals(1, found.outcome.nonFinite());
        found.assertFiniteStatistics();
    }

    @Test
    void twoImagesOrALargerMapAreTrained() {
        for (Finished found :
                List.of(train(34, 4, recipe(NonFinite.STOP, 1)), train(33, 8, recipe(NonFinite.STOP, 1)))) {
            assertFalse(found.outcome.diverged());
            assertEquals(0, found.outcome.nonFinite());
            found.assertFiniteStatistics();
        }
    }
}
