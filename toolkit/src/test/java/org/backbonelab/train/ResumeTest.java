package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.IntNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Ema;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.checkpoint.CheckpointException;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Objectives;
import org.backbonelab.train.step.TimeTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that is broken and continued gives the bits of one that was not. */
class ResumeTest {
    private static final Split SPLIT = split();

    @TempDir
    Path folder;

    private static Split split() {
        Images images = Images.synthetic(90, 1, 28, 10, 3);
        return Split.of(Datasets.of("resume", images, images), 50, 20, 20, 0);
    }

    /** Two and a half epochs of three steps: 8 steps. */
    private static Recipe recipe() {
        return Recipe.supervised()
                .withBatchSize(20)
                .withEpochs(2.5, 1)
                .withAugmentation(Augmentation.FLIP)
                .withRegularisation(0.1, 0.2);
    }

    static Stream<Arguments> runs() {
        return Stream.of(
                Arguments.of("resnet_micro", recipe().withOptimizer("sgd").withEvaluateEvery(1)),
                Arguments.of("resnet_micro", recipe().withOptimizer("lamb").withEma(Ema.of(0.9))),
                Arguments.of(
                        "vit_micro",
                        recipe().withEma(new Ema(0.99, Ema.Warmup.POWER)).withEvaluateEvery(2)),
                Arguments.of(
                        "vit_micro", recipe().withRho(0.05).withLayerDecay(0.7).withAccumulate(3)),
                Arguments.of(
                        "resnet_micro", recipe().withPrecision(Precision.BF16).withEma(Ema.of(0.9))),
                Arguments.of("convnextv2_micro", recipe().withOptimizer("lion").withClipNorm(1)),
                Arguments.of(
                        "nfnet_micro_w16",
                        recipe().withOptimizer("sgd_nesterov").withAgc(0.02)),
                Arguments.of(
                        "convnextv2_micro",
                        Recipes.fcmae().withBatchSize(20).withEpochs(2.5, 1).withEma(Ema.of(0.9))));
    }

    private record Finished(TrainLoop.Outcome outcome, Map<String, float[]> values) {}

    private static Finished finish(String backbone, Recipe recipe, TrainOptions options) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, backbone);
            TrainLoop.Outcome outcome = TrainLoop.run(objective(model, recipe), SPLIT, recipe, 1, options);
            return new Finished(outcome, Nets.values(model.namedParameters()));
        }
    }

    private static Objective objective(Backbone model, Recipe recipe) {
        return Objectives.of(recipe, model, 5, 0);
    }

    private Checkpoints checkpoints(Duration every) {
        return new Checkpoints(folder.resolve("run.ckpt"), "run", every);
    }

    /** Says stop when it is asked for the n-th time; evaluations ask, too. */
    private static TrainOptions stopAt(Checkpoints checkpoints, CheckpointReader from, int n) {
        AtomicInteger asked = new AtomicInteger();
        return TrainOptions.none()
                .withCheckpoints(checkpoints, from, IntNode.valueOf(n))
                .withStop(() -> asked.incrementAndGet() >= n);
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("runs")
    void brokenAfterEveryThirdStepEqualsUnbroken(String backbone, Recipe recipe) {
        Finished unbroken = finish(backbone, recipe, TrainOptions.none());
        int breaks = 0;
        Finished resumed = null;
        while (resumed == null) {
            try (Checkpoints checkpoints = checkpoints(Duration.ofDays(1))) {
                CheckpointReader from = checkpoints.load().orElse(null);
                assertEquals(breaks > 0, from != null);
                TrainOptions options = stopAt(checkpoints, from, 4);
                try {
                    resumed = finish(backbone, recipe, options);
                } catch (CancellationException e) {
                    assertTrue(e.getMessage().contains("of 8; started again"), e.getMessage());
                    breaks++;
                    assertTrue(breaks < 20);
                }
            }
        }
        assertTrue(breaks >= 2, "broken " + breaks + " times");
        assertSame(unbroken, resumed);
    }

    private static void assertSame(Finished expected, Finished found) {
        assertEquals(expected.outcome.trainLoss(), found.outcome.trainLoss());
        assertEquals(expected.outcome.images(), found.outcome.images());
        assertEquals(expected.outcome.evaluations(), found.outcome.evaluations());
        assertEquals(expected.values.keySet(), found.values.keySet());
        expected.values.forEach((name, values) -> assertArrayEquals(values, found.values.get(name), name));
    }

    /** A checkpoint after every step, also of the ones before a kill: none of them may disturb the run. */
    @Test
    void checkpointsDoNotChangeTheRunAndAnyOfThemContinues() throws java.io.IOException {
        Recipe recipe = recipe().withEma(Ema.of(0.9)).withEvaluateEvery(1);
        Finished unbroken = finish("resnet_micro", recipe, TrainOptions.none());
        try (Checkpoints checkpoints = checkpoints(Duration.ZERO)) {
            assertSame(
                    unbroken,
                    finish(
                            "resnet_micro",
                            recipe,
                            TrainOptions.none().withCheckpoints(checkpoints, null, IntNode.valueOf(7))));
        }
        for (String name : new String[] {"run.ckpt", "run.ckpt.previous"}) {
            Path copy = Files.copy(folder.resolve(name), folder.resolve("copy.ckpt"));
            try (CheckpointReader from = CheckpointReader.open(copy)) {
                assertEquals(7, from.state().path("context").asInt());
                TrainOptions options = TrainOptions.none().withCheckpoints(null, from, IntNode.valueOf(0));
                assertSame(unbroken, finish("resnet_micro", recipe, options));
            }
            Files.delete(copy);
        }
    }

    @Test
    void timesOfBrokenRunsAddUp() {
        TimeTable first = new TimeTable();
        try (Checkpoints checkpoints = checkpoints(Duration.ofDays(1))) {
            TrainOptions options = stopAt(checkpoints, null, 4).withTimes(first);
            assertThrows(CancellationException.class, () -> finish("resnet_micro", recipe(), options));
            TimeTable second = new TimeTable();
            finish(
                    "resnet_micro",
                    recipe(),
                    stopAt(null, checkpoints.load().orElseThrow(), 99).withTimes(second));
            assertTrue(first.metrics().get("time_forward") > 0);
            second.metrics().forEach((name, time) -> {
                if (!name.equals("time_evaluation") && !name.equals("time_checkpoint")) {
                    assertTrue(time > first.metrics().get(name), name + " " + second.metrics());
                }
            });
            double parts =
                    second.metrics().values().stream().mapToDouble(t -> t).sum();
            assertTrue(parts < second.total(), second.metrics() + " of " + second.total());
        }
    }

    @Test
    void anotherNetworksCheckpointIsRefused() {
        try (Checkpoints checkpoints = checkpoints(Duration.ofDays(1))) {
            assertThrows(
                    CancellationException.class, () -> finish("resnet_micro", recipe(), stopAt(checkpoints, null, 3)));
            TrainOptions options = stopAt(null, checkpoints.load().orElseThrow(), 99);
            String message = assertThrows(CheckpointException.class, () -> finish("vit_micro", recipe(), options))
                    .getMessage();
            assertTrue(message.contains("another network"), message);
        }
    }
}
