package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.ImageFolder;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.data.augment.Augmentation.Crop;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.recipe.Ema;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Objectives;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The notebooks' recipes at paper scale take three updates on files as ImageNet has them, in small batches. */
class PaperScaleTest {
    private static final int IMAGES = 12;

    @TempDir
    static Path folder;

    private static Split split;

    /** Photos' sizes, of two classes. */
    @BeforeAll
    static void writeImages() throws IOException {
        Random random = new Random(0);
        for (int i = 0; i < 2 * IMAGES; i++) {
            Path of = Files.createDirectories(folder.resolve(i % 2 == 0 ? "n01440764" : "n01443537"));
            BufferedImage image =
                    new BufferedImage(200 + random.nextInt(300), 200 + random.nextInt(300), BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    image.setRGB(
                            x, y, (x * 255 / image.getWidth()) << 16 | (y * 255 / image.getHeight()) << 8 | i * 10);
                }
            }
            ImageIO.write(image, "jpg", of.resolve("n0_" + i + ".JPEG").toFile());
        }
        ImageFolder images = new ImageFolder(folder, 3, 224, 0.875);
        split = Split.of(Datasets.of("photos", images, images), IMAGES, 4, 4, 0);
    }

    private static Recipe small(Recipe recipe) {
        return recipe.withBatchSize(4).withAccumulate(2).withEpochs(1, 0);
    }

    static Stream<Map.Entry<String, Recipe>> recipes() {
        Recipe base = small(Recipe.supervised());
        Recipe masked = small(Recipes.fcmae())
                .withObjective("fcmae", Map.of("mask_ratio", 0.6, "decoder_width", 512.0))
                .withAugmentation(Augmentation.FLIP.withCrop(Crop.resized(0.2, 1)));
        Recipe fine = base.withOptimizer("adamw", 8e-4, 0.05)
                .withAugmentation(Augmentation.CONVNEXT)
                .withLayerDecay(0.9)
                .withEma(Ema.of(0.9999))
                .withStartScale("head\\.fc\\..*", 0.001);
        Recipe nfnet = small(Recipes.nfnet())
                .withOptimizer("sgd_nesterov", 1.6, 1e-6)
                .withAgc(0.01)
                .withAugmentation(Augmentation.CROP_FLIP);
        Recipe sam = base.withOptimizer("adamw", 3e-3, 0.3)
                .withClipNorm(1)
                .withRho(0.2)
                .withAugmentation(Augmentation.FLIP.withCrop(Crop.resized(0.05, 1)));
        return Stream.of(
                Map.entry("convnextv2_atto", masked),
                Map.entry("convnextv2_atto", fine),
                Map.entry("dm_nfnet_f0", nfnet),
                Map.entry("vit_small_patch16", sam),
                Map.entry("resnet50", small(Recipes.bocb("resnet50"))));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void threeUpdates(Map.Entry<String, Recipe> one) {
        Recipe recipe = one.getValue();
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Backbones.create(
                    one.getKey(),
                    new ImageSpec(3, 224, split.source().train().classes()),
                    recipe.network().dropPath());
            model.initialize(manager, 0);
            TrainLoop.Outcome outcome = TrainLoop.run(Objectives.of(recipe, model, 0, 0), split, recipe, 0);
            assertEquals(IMAGES, outcome.images());
            assertFalse(outcome.diverged());
            assertTrue(Double.isFinite(outcome.trainLoss().get(0)), outcome.toString());
        }
    }
}
