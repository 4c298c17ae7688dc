package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbones;
import org.junit.jupiter.api.Test;

class BocbRecipesTest {
    /** Table A1: which of the twenty has which recipe. */
    @Test
    void everyBackboneOfTheStudyHasItsRecipe() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String name : Backbones.names("bocb_cifar")) {
            Recipe r = BocbRecipes.of(name);
            assertEquals(200, r.epochs());
            assertEquals(100, r.batchSize());
            counts.merge(r.optimizer() + " " + r.warmupEpochs(), 1, Integer::sum);
            boolean small = BocbRecipes.imageSize(name) == 32;
            Augmentation.CropKind crop = r.augmentation().crop().kind();
            assertEquals(small ? Augmentation.CropKind.REFLECTED : Augmentation.CropKind.RESIZED, crop, name);
        }
        assertEquals(Map.of("sgd 0.0", 6, "adamw 5.0", 3, "adamw 20.0", 5, "lamb 5.0", 6), counts);
        assertEquals(
                List.of(
                        "resnet50_cifar",
                        "densenet121_cifar",
                        "convnext_tiny_cifar",
                        "convnextv2_tiny_cifar",
                        "moganet_small_cifar"),
                Backbones.names("bocb_cifar").stream()
                        .filter(n -> BocbRecipes.imageSize(n) == 32)
                        .toList());
    }

    /** Table A3, columns CIFAR. */
    @Test
    void recipesAreThoseOfTheTable() {
        Recipe plain = BocbRecipes.of("resnet50_cifar");
        assertEquals(0, plain.labelSmoothing() + plain.dropPath() + plain.clipNorm());
        assertEquals(Ema.NONE, plain.ema());
        assertEquals(1, plain.augmentation().repeats());
        Recipe deit = BocbRecipes.of("deit_small_patch16");
        assertEquals(List.of(0.1, 0.1, 5.0), List.of(deit.labelSmoothing(), deit.dropPath(), deit.clipNorm()));
        assertEquals(0.8, deit.augmentation().mix().mixup());
        assertEquals(0.25, deit.augmentation().erasing().probability());
        assertEquals(3, deit.augmentation().repeats());
        assertTrue(deit.ema().isOn());
        assertEquals(0, BocbRecipes.of("swin_tiny_patch4_window7").clipNorm());
        Recipe rsb = BocbRecipes.of("caformer_s12");
        assertEquals(Supervised.Loss.BCE, rsb.loss());
        assertEquals(List.of(0.0, 0.05), List.of(rsb.labelSmoothing(), rsb.dropPath()));
        assertEquals(0.1, rsb.augmentation().mix().mixup());
        assertEquals(0, rsb.augmentation().erasing().probability());
        assertEquals(0.5, BocbRecipes.of("vgg13_bn").dropPath());
    }

    @Test
    void aFamilyThatTheStudyLacksIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> BocbRecipes.of("dm_nfnet_f0"))
                .getMessage();
        assertTrue(message.contains("dm_nfnet_f0") && message.contains("nfnet"), message);
    }
}
