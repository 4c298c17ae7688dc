package org.backbonelab.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.TrainLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SupervisedContrastiveTest {
    private static final Recipe RECIPE = Recipe.supervised()
            .withObjective("supcon")
            .withAugmentation(Augmentation.NONE)
            .withBatchSize(20)
            .withOptimizer("adamw", 2e-3, 0)
            .withEpochs(6);

    @ParameterizedTest
    @ValueSource(strings = {"pairs", "one_without_a_positive", "no_positive_at_all", "one_class"})
    void lossAndGradientAreThoseOfTheFormulaInPyTorch(String name) throws IOException {
        JsonNode golden;
        try (InputStream in = getClass().getResourceAsStream("/golden/supcon.json")) {
            golden = new ObjectMapper().readTree(in).path("cases").path(name);
        }
        int[] labels = new ObjectMapper().convertValue(golden.path("labels"), int[].class);
        float[] z = new ObjectMapper().convertValue(golden.path("z"), float[].class);
        double[] expected = new ObjectMapper().convertValue(golden.path("gradient"), double[].class);
        double temperature = golden.path("temperature").asDouble();
        try (NDManager manager = Torch.newManager()) {
            NDArray leaf = Torch.array(manager, z, new Shape(labels.length, 3));
            leaf.setRequiresGradient(true);
            Torch.withGradients(() -> {
                NDArray loss = SupervisedContrastive.contrast(manager, leaf, labels, temperature);
                assertEquals(golden.path("loss").asDouble(), loss.getFloat(), 1e-6);
                float[] gradient = Kernels.grad(loss, List.of(leaf)).get(0).toFloatArray();
                for (int i = 0; i < gradient.length; i++) {
                    assertEquals(expected[i], gradient[i], 1e-5, name + " " + i);
                }
                return null;
            });
        }
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of("resnet_micro", RECIPE),
                Arguments.of("vit_micro", RECIPE.withRho(0.05)),
                Arguments.of("convnextv2_micro", RECIPE.withAccumulate(2)),
                Arguments.of("mixer_micro", RECIPE.withSam(Sharpness.SAM.withM(10), 0.05)),
                Arguments.of(
                        "resnet_micro",
                        RECIPE.withSam(Sharpness.asam(0.01), 0.5).withPrecision(Precision.BF16)),
                Arguments.of("vit_micro", RECIPE.withSam(Sharpness.gsam(0, 0.2), 0.05)),
                Arguments.of("vit_micro", RECIPE.withSam(Sharpness.lookSam(3, 0.1), 0.05)),
                Arguments.of("vit_micro", RECIPE.withGradientCheckpointing(true).withLayerDecay(0.9)));
    }

    /** With every step, precision and accumulation. */
    @ParameterizedTest
    @MethodSource("ways")
    void theLossFallsAndTheClassifierStays(String backbone, Recipe recipe) {
        Images images = Images.synthetic(100, 1, 28, 4, 3);
        Split split = Split.of(Datasets.of("contrast", images, images), 80, 10, 10, 0);
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, backbone);
            Objective objective = Objectives.of(recipe, model, 0, 0);
            Map<String, float[]> before = Nets.values(model.namedParameters());
            List<Double> losses = TrainLoop.run(objective, split, recipe, 0).trainLoss();
            assertTrue(losses.get(5) < losses.get(0) - 0.02, losses.toString());
            long still = model.parameterInfos().entrySet().stream()
                    .filter(e -> e.getValue().role() == org.backbonelab.layer.Role.CLASSIFIER)
                    .filter(e -> java.util.Arrays.equals(
                            before.get(e.getKey()),
                            model.namedParameters().get(e.getKey()).getArray().toFloatArray()))
                    .count();
            assertEquals(1, still);
            assertFalse(objective.parameters().isEmpty());
        }
    }

    @Test
    void mixedImagesAndBadTemperaturesAreRefused() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            Batch plain = Nets.batch(4);
            Batch mixed = new Batch(plain.pixels(), plain.labels(), new float[40], plain.channels(), plain.size());
            Objective objective = Objectives.of(RECIPE, model, 0, 0);
            String message = assertThrows(
                            IllegalArgumentException.class, () -> objective.loss(manager, mixed, Pass.training(1)))
                    .getMessage();
            assertTrue(message.contains("Mixup"), message);
            Recipe cold = RECIPE.withObjective("supcon", Map.of("temperature", 0.0));
            assertThrows(IllegalArgumentException.class, () -> Objectives.of(cold, model, 0, 0));
            assertThrows(IllegalArgumentException.class, () -> Objectives.check(RECIPE.withEvaluateEvery(1)));
        }
    }
}
