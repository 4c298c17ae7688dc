package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.TrainingDivergedException;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDManager;
import ai.djl.training.Trainer;
import ai.djl.training.listener.DivergenceCheckTrainingListener;
import ai.djl.training.listener.EpochTrainingListener;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.listener.TimeMeasureTrainingListener;
import ai.djl.training.listener.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;

/** DJL's own listeners on our loop. */
class ListenersTest {
    private static final Split SPLIT = split();

    private static Split split() {
        Images images = Images.synthetic(90, 1, 28, 10, 3);
        return Split.of(Datasets.of("listeners", images, images), 50, 20, 20, 0);
    }

    /** Steps of 20, 20 and 10 images an epoch, two epochs, evaluated after each. */
    private static Recipe recipe() {
        return Recipe.supervised()
                .withBatchSize(20)
                .withEpochs(2)
                .withAugmentation(Augmentation.NONE)
                .withEvaluateEvery(1);
    }

    private static TrainLoop.Outcome run(NDManager manager, Recipe recipe, TrainingListener... listeners) {
        Backbone model = Nets.create(manager, "resnet_micro");
        return TrainLoop.run(
                new Supervised(model, 0), SPLIT, recipe, 1, TrainOptions.none().withListeners(listeners));
    }

    /** Writes down what it is told. */
    private static final class Told implements TrainingListener {
        private final List<String> events = new ArrayList<>();
        private Metrics metrics;

        @Override
        public void onEpoch(Trainer trainer) {
            events.add("epoch");
        }

        @Override
        public void onTrainingBatch(Trainer trainer, BatchData data) {
            assertSame(Backbone.class, trainer.getModel().getBlock().getClass().getSuperclass());
            metrics = trainer.getMetrics();
            long labels =
                    data.getLabels().get(Torch.device()).singletonOrThrow().size();
            assertEquals(labels, data.getBatch().getSize());
            events.add("batch " + data.getBatch().getProgress() + "/"
                    + data.getBatch().getProgressTotal() + " of " + labels);
        }

        @Override
        public void onValidationBatch(Trainer trainer, BatchData data) {
            events.add("validation");
        }

        @Override
        public void onTrainingBegin(Trainer trainer) {
            events.add("begin");
        }

        @Override
        public void onTrainingEnd(Trainer trainer) {
            events.add("end");
        }
    }

    @Test
    void areToldOfEverythingInOrder() {
        try (NDManager manager = Torch.newManager()) {
            Told told = new Told();
            run(manager, recipe(), told);
            List<String> epoch =
                    List.of("batch 0/3 of 20", "batch 1/3 of 20", "batch 2/3 of 10", "validation", "epoch");
            List<String> expected = new ArrayList<>(List.of("begin"));
            expected.addAll(epoch);
            expected.addAll(epoch);
            expected.add("end");
            assertEquals(expected, told.events);
        }
    }

    @Test
    void djlsOwnSeeLossesEpochsAndTimes() {
        try (NDManager manager = Torch.newManager()) {
            Told told = new Told();
            EvaluatorTrainingListener evaluator = new EvaluatorTrainingListener();
            EpochTrainingListener epochs = new EpochTrainingListener();
            TrainLoop.Outcome outcome =
                    run(manager, recipe(), evaluator, epochs, new TimeMeasureTrainingListener(null), told);
            assertEquals(2, epochs.getNumEpochs());
            assertEquals(
                    outcome.trainLoss().get(1), evaluator.getLatestEvaluations().get("train_loss"), 1e-5);
            assertEquals(
                    outcome.evaluations().get(1).loss(),
                    evaluator.getLatestEvaluations().get("validate_loss"),
                    1e-5);
            assertEquals(6, told.metrics.getMetric("train_all_loss").size());
            assertEquals(4, told.metrics.getMetric("train").size(), "times between the batches of an epoch");
        }
    }

    @Test
    void divergenceCheckEndsTheRunAndTheEndIsTold() {
        try (NDManager manager = Torch.newManager()) {
            Told told = new Told();
            Recipe bad = recipe().withOptimizer("sgd", 1e30, 0);
            assertThrows(
                    TrainingDivergedException.class,
                    () -> run(
                            manager,
                            bad,
                            told,
                            new EvaluatorTrainingListener(),
                            new DivergenceCheckTrainingListener()));
            assertTrue(told.events.size() < 6, told.events.toString());
            assertEquals("end", told.events.get(told.events.size() - 1));
        }
    }

    @Test
    void doNotChangeTheRun() {
        try (NDManager manager = Torch.newManager()) {
            TrainLoop.Outcome with = run(manager, recipe(), new Told(), new EvaluatorTrainingListener());
            TrainLoop.Outcome without = run(manager, recipe());
            assertEquals(without.trainLoss(), with.trainLoss());
            assertEquals(without.evaluations(), with.evaluations());
        }
    }
}
