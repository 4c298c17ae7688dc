package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.Subset;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbone;
import org.backbonelab.optim.Schedule;
import org.backbonelab.recipe.Ema;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;

class TrainLoopTest {
    private static final Split SPLIT = split();

    private static Split split() {
        Images images = Images.synthetic(120, 1, 28, 10, 3);
        return Split.of(Datasets.of("loop", images, images), 50, 20, 40, 0);
    }

    private static Recipe recipe() {
        return Recipe.supervised().withBatchSize(20).withAugmentation(Augmentation.NONE);
    }

    private static TrainLoop.Outcome run(Backbone model, Recipe recipe) {
        return TrainLoop.run(new Supervised(model, 0), SPLIT, recipe, 1);
    }

    @Test
    void epochsAreCountedInImagesAndCurvePoints() {
        try (NDManager manager = Torch.newManager()) {
            // batches of 20, 20 and 10
            TrainLoop.Outcome whole = run(Nets.create(manager, "resnet_micro"), recipe().withEpochs(2));
            assertEquals(100, whole.images());
            assertEquals(2, whole.trainLoss().size());
            TrainLoop.Outcome part = run(Nets.create(manager, "resnet_micro"), recipe().withEpochs(4 / 3.0));
            assertEquals(70, part.images());
            assertEquals(2, part.trainLoss().size());
            TrainLoop.Outcome least = run(Nets.create(manager, "resnet_micro"), recipe().withEpochs(0.01));
            assertEquals(20, least.images(), "one step at least");
        }
    }

    @Test
    void learnsTheSyntheticClasses() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            TrainLoop.Outcome outcome = run(model, recipe().withOptimizer("sgd").withEpochs(12));
            assertFalse(outcome.diverged());
            assertTrue(outcome.trainLoss().get(11) < 0.5 * outcome.trainLoss().get(0), outcome.toString());
            double top1 = Evaluation.of(model, SPLIT.source(), SPLIT.test()).top1();
            assertTrue(top1 > 60, "top-1 " + top1 + " %, chance is 10 %");
        }
    }

    /** With a gradient of next to nothing, decay is what moves weights: who is exempt stays put. */
    @Test
    void vectorsTokensAndPositionsAreExemptFromDecayUnlessTheOptimizerDecaysAll() {
        try (NDManager manager = Torch.newManager()) {
            for (String name : new String[] {"blocks.0.norm1.weight", "pos_embed"}) {
                assertEquals(0, moved(manager, "sgd_nesterov", name), 1e-6, name);
                assertTrue(moved(manager, "sgd", name) > 0.3, name);
            }
            assertTrue(moved(manager, "sgd_nesterov", "blocks.0.mlp.fc1.weight") > 0.3);
        }
    }

    /** Returns the relative change of a parameter in one step; the zero head sends no gradient back to it. */
    private static double moved(NDManager manager, String optimizer, String name) {
        Backbone model = Nets.create(manager, "vit_micro");
        float[] before = Nets.values(model.trainedParameters()).get(name);
        run(model, recipe().withOptimizer(optimizer, 1, 0.4).withBatchSize(50).withEpochs(1));
        float[] after = Nets.values(model.trainedParameters()).get(name);
        double change = 0;
        double size = 0;
        for (int i = 0; i < before.length; i++) {
            change += Math.abs(after[i] - before[i]);
            size += Math.abs(before[i]);
        }
        return change / size;
    }

    @Test
    void evaluatesEveryFewEpochsAndAtTheEndAndKeepsTheBest() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            // 3 steps an epoch, 5 epochs and a step
            TrainLoop.Outcome outcome = run(
                    model, recipe().withOptimizer("sgd").withEpochs(16 / 3.0).withEvaluateEvery(2));
            assertEquals(3, outcome.evaluations().size(), "after epochs 2 and 4, and at the end");
            assertEquals(
                    Evaluation.of(model, SPLIT.source(), SPLIT.validation()),
                    outcome.evaluations().get(2));
            double best = outcome.evaluations().stream()
                    .mapToDouble(Evaluation::top1)
                    .max()
                    .orElseThrow();
            Map<String, float[]> last = Nets.values(model.namedParameters());
            outcome.best().swap();
            assertEquals(
                    best,
                    Evaluation.of(model, SPLIT.source(), SPLIT.validation()).top1());
            outcome.best().swap();
            Nets.values(model.namedParameters()).forEach((name, v) -> assertArrayEquals(last.get(name), v, name));
            assertEquals(null, run(model, recipe().withEpochs(1)).best());
        }
    }

    /** Averages follow the weights step by step: with decay d, e = d e + (1 - d) w, the first a copy. */
    @Test
    void movingAverageIsWhatRemains() {
        try (NDManager manager = Torch.newManager()) {
            Recipe recipe = recipe().withOptimizer("sgd");
            Map<String, float[]> expected = null;
            for (int steps = 1; steps <= 4; steps++) {
                Backbone model = Nets.create(manager, "resnet_micro");
                run(model, recipe.withSchedule(Schedule.CONSTANT).withEpochs(steps / 3.0));
                Map<String, float[]> now = Nets.values(model.namedParameters());
                expected = expected == null ? now : mixed(expected, now, 0.75);
            }
            Backbone model = Nets.create(manager, "resnet_micro");
            run(
                    model,
                    recipe.withSchedule(Schedule.CONSTANT).withEpochs(4 / 3.0).withEma(Ema.of(0.75)));
            for (Map.Entry<String, float[]> entry :
                    Nets.values(model.namedParameters()).entrySet()) {
                assertArrayEquals(expected.get(entry.getKey()), entry.getValue(), 1e-5f, entry.getKey());
            }
        }
    }

    private static Map<String, float[]> mixed(Map<String, float[]> old, Map<String, float[]> now, double decay) {
        now.forEach((name, values) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (decay * old.get(name)[i] + (1 - decay) * values[i]);
            }
        });
        return now;
    }

    @Test
    void lossAboveTheCeilingIsDivergence() {
        try (NDManager manager = Torch.newManager()) {
            Recipe recipe = recipe().withOptimizer("sgd").withEpochs(2);
            TrainLoop.Outcome outcome = run(Nets.create(manager, "resnet_micro"), recipe.withLossCeiling(0.1));
            assertTrue(outcome.diverged());
            assertEquals(List.of(Double.NaN), outcome.trainLoss());
            assertEquals(20, outcome.images(), "stopped at the first step");
            assertFalse(run(Nets.create(manager, "resnet_micro"), recipe.withLossCeiling(100))
                    .diverged());
        }
    }

    /** With decay 1e-9 only the head moves. */
    @Test
    void layerDecayHoldsEarlyLayersBack() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            Map<String, float[]> before = Nets.values(model.trainedParameters());
            run(model, recipe().withOptimizer("sgd", 0.1, 0).withEpochs(1).withLayerDecay(1e-9));
            Nets.values(model.trainedParameters()).forEach((name, after) -> {
                double moved = 0;
                for (int i = 0; i < after.length; i++) {
                    moved = Math.max(moved, Math.abs(after[i] - before.get(name)[i]));
                }
                assertEquals(name.startsWith("fc."), moved > 1e-4, name + " moved by " + moved);
            });
        }
    }

    @Test
    void imagesInPartsGiveNearlyTheSameWeights() {
        try (NDManager manager = Torch.newManager()) {
            Recipe recipe = recipe().withOptimizer("sgd", 0.01, 0).withEpochs(1);
            Backbone whole = Nets.create(manager, "vit_micro");
            Backbone parts = Nets.create(manager, "vit_micro");
            double loss = run(whole, recipe).trainLoss().get(0);
            assertEquals(loss, run(parts, recipe.withAccumulate(3)).trainLoss().get(0), 1e-5);
            Map<String, float[]> expected = Nets.values(whole.trainedParameters());
            Nets.values(parts.trainedParameters())
                    .forEach((name, v) -> assertArrayEquals(expected.get(name), v, 1e-5f, name));
        }
    }

    @Test
    void evaluationDoesNotDependOnTheBatchesAndChangesNothing() {
        Images many = Images.synthetic(300, 1, 28, 10, 5);
        Dataset dataset = Datasets.of("many", many, many);
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            run(model, recipe().withOptimizer("sgd").withEpochs(1));
            Map<String, float[]> before = Nets.values(model.namedParameters());
            Evaluation whole = Evaluation.of(model, dataset, many);
            int[] first = new int[120];
            int[] second = new int[180];
            Arrays.setAll(first, i -> i);
            Arrays.setAll(second, i -> 120 + i);
            Evaluation a = Evaluation.of(model, dataset, Subset.of(many, first));
            Evaluation b = Evaluation.of(model, dataset, Subset.of(many, second));
            assertEquals((120 * a.top1() + 180 * b.top1()) / 300, whole.top1(), 1e-9);
            assertEquals((120 * a.loss() + 180 * b.loss()) / 300, whole.loss(), 1e-5);
            Nets.values(model.namedParameters())
                    .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
        }
    }
}
