package org.backbonelab.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbones;
import org.junit.jupiter.api.Test;

class RecipesTest {
    /** Table A1: which of the twenty has which recipe. */
    @Test
    void everyBackboneOfTheStudyHasItsRecipe() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String name : Backbones.names("bocb_cifar")) {
            Recipe r = Recipes.bocb(name);
            assertEquals(200, r.schedule().epochs());
            assertEquals(100, r.data().batchSize());
            counts.merge(r.optimization().optimizer() + " " + r.schedule().warmupEpochs(), 1, Integer::sum);
            boolean small = Recipes.imageSize(name) == 32;
            Augmentation.CropKind crop = r.data().augmentation().crop().kind();
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
                        .filter(n -> Recipes.imageSize(n) == 32)
                        .toList());
    }

    private static double smoothing(Recipe recipe) {
        return recipe.objective().settings().getOrDefault(Recipe.LABEL_SMOOTHING, 0.0);
    }

    /** Table A3, columns CIFAR. */
    @Test
    void recipesAreThoseOfTheTable() {
        Recipe plain = Recipes.bocb("resnet50_cifar");
        assertEquals(
                0,
                smoothing(plain)
                        + plain.network().dropPath()
                        + plain.optimization().clipNorm());
        assertEquals(Ema.NONE, plain.evaluation().ema());
        assertEquals(1, plain.data().augmentation().repeats());
        Recipe deit = Recipes.bocb("deit_small_patch16");
        assertEquals(
                List.of(0.1, 0.1, 5.0),
                List.of(
                        smoothing(deit),
                        deit.network().dropPath(),
                        deit.optimization().clipNorm()));
        assertEquals(0.8, deit.data().augmentation().mix().mixup());
        assertEquals(0.25, deit.data().augmentation().erasing().probability());
        assertEquals(3, deit.data().augmentation().repeats());
        assertTrue(deit.evaluation().ema().isOn());
        assertEquals(0, Recipes.bocb("swin_tiny_patch4_window7").optimization().clipNorm());
        Recipe rsb = Recipes.bocb("caformer_s12");
        assertEquals("bce", rsb.objective().name());
        assertEquals(List.of(0.0, 0.05), List.of(smoothing(rsb), rsb.network().dropPath()));
        assertEquals(0.1, rsb.data().augmentation().mix().mixup());
        assertEquals(0, rsb.data().augmentation().erasing().probability());
        assertEquals(0.5, Recipes.bocb("vgg13_bn").network().dropPath());
    }

    @Test
    void aFamilyThatTheStudyLacksIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Recipes.bocb("dm_nfnet_f0"))
                .getMessage();
        assertTrue(message.contains("dm_nfnet_f0") && message.contains("nfnet"), message);
    }
}
