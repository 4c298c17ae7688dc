package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Map;
import org.backbonelab.data.Augmentation;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;

class TrainLoopTest {
    private static final Split SPLIT = split();

    private static Split split() {
        Images images = Images.synthetic(120, 1, 28, 10, 3);
        return Datasets.of("loop", images, images).split(50, 20, 40, 0);
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
            Evaluation a = Evaluation.of(model, dataset, many.pick(first));
            Evaluation b = Evaluation.of(model, dataset, many.pick(second));
            assertEquals((120 * a.top1() + 180 * b.top1()) / 300, whole.top1(), 1e-9);
            assertEquals((120 * a.loss() + 180 * b.loss()) / 300, whole.loss(), 1e-5);
            Nets.values(model.namedParameters())
                    .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
        }
    }
}
