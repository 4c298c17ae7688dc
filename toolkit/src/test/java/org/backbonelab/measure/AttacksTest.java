package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.TanhNet;
import org.backbonelab.train.TrainLoop;
import org.backbonelab.train.objective.PixelAttack;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttacksTest {
    private static final float MEAN = 0.4f;
    private static final float STD = 0.25f;

    private static Batch batch() {
        float[] pixels = TanhNet.values(320, 101, 0.55);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (Math.max(0, Math.min(1, 0.5f + pixels[i])) - MEAN) / STD;
        }
        int[] labels = new int[20];
        java.util.Arrays.setAll(labels, i -> i % 5);
        return new Batch(pixels, labels, 1, 4);
    }

    /** The images are torchattacks'; two or three steps of a sign may go the other way where a gradient is nearly zero. */
    @ParameterizedTest
    @CsvSource({"fgsm, 0.1, 1", "pgd, 0.03, 10"})
    void imagesAreThoseOfTorchattacks(String name, double length, int steps) {
        try (NDManager manager = Torch.newManager()) {
            Backbone net = TrainedNet.objective(manager).model();
            Batch batch = batch();
            PixelAttack attack = new PixelAttack(new float[] {MEAN}, new float[] {STD}, 0.1, length);
            float[] moved = Attacks.attack(net, batch, batch, attack, steps);
            double[] expected = Golden.load("attacks").values(name, "pixels");
            int apart = 0;
            for (int i = 0; i < moved.length; i++) {
                apart += Math.abs(expected[i] - (moved[i] * STD + MEAN)) > 1e-5 ? 1 : 0;
            }
            assertTrue(apart <= 3, apart + " of 320 pixels differ");
        }
    }

    @Test
    void anAttackRaisesTheLossAndAnUntrainedViTHasNoGradient() {
        Images images = Images.synthetic(300, 1, 28, 10, 3);
        Split split = Split.of(Datasets.of("attacked", images, images), 200, 50, 50, 0);
        Recipe recipe = Recipe.supervised()
                .withBatchSize(20)
                .withEpochs(8)
                .withAugmentation(Augmentation.NONE)
                .withOptimizer("sgd", 0.1, 0);
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            TrainLoop.run(new Supervised(model, 0), split, recipe, 0);
            Map<String, Double> found = taken(model, split, recipe);
            assertTrue(found.get("attacked_clean_top1") > 70, found.toString());
            assertTrue(found.get("pgd_top1") <= found.get("attacked_clean_top1"), found.toString());
            Batch test = Batches.inOrder(split.source(), split.test(), 50).get(0);
            PixelAttack wide = PixelAttack.on(split.source(), 0.3);
            Batch moved = test.withPixels(Attacks.attack(model, test, test, wide.withStep(0.06), 10));
            Supervised loss = new Supervised(model, 0);
            double clean = loss.loss(manager, test, Pass.evaluation()).getFloat();
            assertTrue(loss.loss(manager, moved, Pass.evaluation()).getFloat() > 2 * clean + 1, "clean " + clean);
            assertTrue(found.get("zero_gradients") < 5, found.toString());
            // The head of a new ViT is zero: no pixel changes its loss.
            found = taken(Nets.create(manager, "vit_micro"), split, recipe);
            assertEquals(100, found.get("zero_gradients"), 1e-9);
            assertEquals(found.get("attacked_clean_top1"), found.get("pgd_top1"), 1e-9);
        }
    }

    private static Map<String, Double> taken(Backbone model, Split split, Recipe recipe) {
        return Attacks.accuracy()
                .measure(new Trained(model, split, recipe, new Supervised(model, 0), 0))
                .metrics();
    }
}
