package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.IntNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.backbonelab.train.objective.Objectives;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every objective with every kind of step, precision and backbone: it trains, and a broken run continues with equal bits. */
class EveryObjectiveTest {
    private static final List<String> BACKBONES =
            List.of("resnet_micro", "vit_micro", "mixer_micro", "convnextv2_micro");
    private static final Split SPLIT = split();

    @TempDir
    Path folder;

    private static Split split() {
        Images images = Images.synthetic(60, 1, 28, 10, 3);
        return Split.of(Datasets.of("every", images, images), 24, 10, 10, 0);
    }

    /** Four updates of six images. */
    private static Recipe recipe(String objective) {
        return Recipe.supervised()
                .withObjective(objective)
                .withBatchSize(6)
                .withEpochs(1)
                .withAugmentation(Augmentation.FLIP);
    }

    static Stream<Arguments> all() {
        return Objectives.names().stream().flatMap(objective -> Stream.of(
                        recipe(objective),
                        recipe(objective).withRho(0.05),
                        recipe(objective).withSam(Sharpness.asam(0.01), 0.5))
                .flatMap(recipe -> Stream.of(Precision.FP32, Precision.BF16)
                        .map(recipe::withPrecision)
                        .flatMap(r -> BACKBONES.stream().map(b -> Arguments.of(b, objective, r)))));
    }

    private static TrainLoop.Outcome train(Backbone model, Recipe recipe, TrainOptions options) {
        var objective = Objectives.of(recipe, model, SPLIT.source(), 5, 0);
        return TrainLoop.run(objective, SPLIT, recipe, 1, options);
    }

    @ParameterizedTest(name = "{1} {0} {index}")
    @MethodSource("all")
    void trainsAndContinues(String backbone, String objective, Recipe recipe) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, backbone);
            if (objective.equals("fcmae") && !backbone.startsWith("convnext")) {
                String message = assertThrows(
                                IllegalArgumentException.class, () -> train(model, recipe, TrainOptions.none()))
                        .getMessage();
                assertTrue(message.contains("expected a ConvNeXt"), message);
                return;
            }
            Map<String, float[]> before = Nets.values(model.namedParameters());
            TrainLoop.Outcome unbroken = train(model, recipe, TrainOptions.none());
            Map<String, float[]> expected = Nets.values(model.namedParameters());
            assertTrue(
                    Double.isFinite(unbroken.trainLoss().get(0)),
                    unbroken.trainLoss().toString());
            assertTrue(expected.entrySet().stream()
                    .anyMatch(e -> !java.util.Arrays.equals(e.getValue(), before.get(e.getKey()))));
            Backbone second = Nets.create(manager, backbone);
            AtomicInteger asked = new AtomicInteger();
            try (Checkpoints checkpoints = new Checkpoints(folder.resolve("a.ckpt"), "a", Duration.ofDays(1))) {
                TrainOptions stop = TrainOptions.none()
                        .withCheckpoints(checkpoints, null, IntNode.valueOf(1))
                        .withStop(() -> asked.incrementAndGet() > 2);
                assertThrows(CancellationException.class, () -> train(second, recipe, stop));
            }
            Backbone third = Nets.create(manager, backbone);
            try (Checkpoints checkpoints = new Checkpoints(folder.resolve("a.ckpt"), "a", Duration.ofDays(1));
                    CheckpointReader from = checkpoints.load().orElseThrow()) {
                TrainOptions options = TrainOptions.none().withCheckpoints(checkpoints, from, IntNode.valueOf(1));
                assertEquals(unbroken.trainLoss(), train(third, recipe, options).trainLoss());
            }
            Nets.values(third.namedParameters())
                    .forEach((name, values) -> assertArrayEquals(expected.get(name), values, name));
        }
    }
}
