package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.optim.Schedule;
import org.backbonelab.recipe.Ema;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.Wrapped;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.step.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each policy does to updates that a fake objective breaks. */
class NonFiniteTest {
    private static final Split SPLIT = split();

    @TempDir
    Path folder;

    private static Split split() {
        Images images = Images.synthetic(90, 1, 28, 10, 3);
        return Split.of(Datasets.of("broken", images, images), 50, 20, 20, 0);
    }

    /** How a forward pass is broken. */
    enum Place {
        /** The loss is NaN. */
        LOSS,
        /** The loss is a number, its gradient has NaN. */
        GRADIENT
    }

    /** Breaks the given forward passes, counted from 0; its running statistics have already been updated then. */
    private static final class Broken extends Wrapped {
        private final Set<Integer> passes;
        private final Place kind;
        private int pass;

        Broken(Objective inner, Place kind, Integer... passes) {
            super(inner);
            this.kind = kind;
            this.passes = Set.of(passes);
        }

        @Override
        public NDArray loss(NDManager manager, Batch batch, Pass how) {
            NDArray loss = super.loss(manager, batch, how);
            if (!passes.contains(pass++)) {
                return loss;
            } else if (kind == Place.LOSS) {
                return loss.mul(Torch.scalar(loss, Double.NaN));
            }
            // The root of zero has an infinite derivative.
            NDArray bias = parameters().get("fc.bias").getArray();
            return loss.add(bias.sub(bias).sum().sqrt());
        }
    }

    /** Three updates an epoch: of 20, 20 and 10 images. */
    private static Recipe recipe(double updates) {
        return Recipe.supervised()
                .withBatchSize(20)
                .withAugmentation(Augmentation.NONE)
                .withSchedule(Schedule.CONSTANT)
                .withEpochs(updates / 3, 0)
                .withEma(Ema.of(0.5));
    }

    private record Finished(TrainLoop.Outcome outcome, Map<String, float[]> values) {}

    private static Finished train(Recipe recipe, Place kind, Integer... broken) {
        return train(recipe, TrainOptions.none(), kind, broken);
    }

    private static Finished train(Recipe recipe, TrainOptions options, Place kind, Integer... broken) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            Objective objective = new Broken(new Supervised(model, 0), kind, broken);
            TrainLoop.Outcome outcome = TrainLoop.run(objective, SPLIT, recipe, 1, options);
            return new Finished(outcome, Nets.values(model.namedParameters()));
        }
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> found) {
        expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), name));
    }

    /** The forward passes of an update, and the one that is broken in the third of three updates. */
    static Stream<Arguments> thirds() {
        Recipe plain = recipe(3);
        Recipe sam = plain.withRho(0.05);
        return Stream.of(Place.values())
                .flatMap(kind -> Stream.of(
                        Arguments.of(kind, plain, 2),
                        Arguments.of(kind, plain.withAccumulate(2), 4),
                        Arguments.of(kind, plain.withAccumulate(2), 5),
                        Arguments.of(kind, sam, 4),
                        Arguments.of(kind, sam, 5),
                        Arguments.of(kind, sam.withAccumulate(2), 9),
                        Arguments.of(kind, sam.withSam(Sharpness.gsam(0, 0.4), 0.05), 5),
                        Arguments.of(kind, sam.withSam(Sharpness.lookSam(3, 0.7), 0.05), 3),
                        // chunks of 10: two an update, one in the third
                        Arguments.of(kind, sam.withSam(Sharpness.asam(0.01).withM(10), 0.05), 9)));
    }

    /** Weights, running statistics and the moving average are those of a run of two updates. */
    @ParameterizedTest
    @MethodSource("thirds")
    void stopAndSkipLeaveEverythingAsItWas(Place kind, Recipe recipe, int broken) {
        Finished two = train(recipe.withEpochs(2 / 3.0), kind);
        for (NonFinite policy : new NonFinite[] {NonFinite.STOP, NonFinite.SKIP}) {
            Finished found = train(recipe.withNonFinite(policy), kind, broken);
            assertSame(two.values, found.values);
            assertEquals(1, found.outcome.nonFinite());
            assertEquals(policy == NonFinite.STOP, found.outcome.diverged());
            assertEquals(50, found.outcome.images());
            double loss = policy == NonFinite.STOP
                    ? Double.NaN
                    : two.outcome.trainLoss().get(0);
            assertEquals(List.of(loss), found.outcome.trainLoss(), "mean of the updates that were made");
        }
        assertEquals(0, two.outcome.nonFinite());
    }

    /** The optimizer's moments and its count of steps are those of a run that never saw the update. */
    @Test
    void skippedUpdateIsUnknownToTheOptimizer() {
        assertArrayEquals(threeUpdates(), threeUpdates(1));
        assertFalse(Arrays.equals(threeUpdates(), threeUpdates(1, 2)));
    }

    /** Makes updates until three of them are not broken; the network has no running statistics. */
    private static float[] threeUpdates(Integer... broken) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "nfnet_micro_w16");
            Recipe recipe = recipe(3).withNonFinite(NonFinite.SKIP);
            BaseOptimizer adamw = Optimizers.get("adamw").factory().build(1e-2, 0.05);
            Objective inner = new Supervised(model, 0);
            for (int i = 0; i < 3 + Math.min(1, broken.length); i++) {
                Objective objective = new Wrapped(inner);
                if (List.of(broken).contains(i)) {
                    objective = new Wrapped(inner) {
                        @Override
                        public NDArray loss(NDManager m, Batch batch, Pass pass) {
                            NDArray loss = super.loss(m, batch, pass);
                            return loss.mul(Torch.scalar(loss, Double.POSITIVE_INFINITY));
                        }
                    };
                }
                Nets.step(Step.PLAIN, objective, Nets.batch(6), adamw, recipe);
            }
            return Nets.concat(Nets.values(model.trainedParameters()));
        }
    }

    @Test
    void skippingGoesOnAndLearns() {
        Finished found = train(recipe(12).withNonFinite(NonFinite.SKIP).withEma(Ema.NONE), Place.GRADIENT, 1, 5, 6);
        assertFalse(found.outcome.diverged());
        assertEquals(3, found.outcome.nonFinite());
        assertEquals(4, found.outcome.trainLoss().size());
        assertTrue(found.outcome.trainLoss().get(3) < found.outcome.trainLoss().get(0));
    }

    @Test
    void epochWithoutAnUpdateEndsAsDiverged() {
        Finished found = train(recipe(9).withNonFinite(NonFinite.SKIP), Place.LOSS, 3, 4, 5);
        assertTrue(found.outcome.diverged());
        assertEquals(3, found.outcome.nonFinite());
        assertEquals(100, found.outcome.images());
        assertEquals(Double.NaN, found.outcome.trainLoss().get(1));
        assertFalse(train(recipe(9).withNonFinite(NonFinite.SKIP), Place.LOSS, 4, 5, 6)
                .outcome
                .diverged());
    }

    /** A gradient of NaN makes the weights NaN, and these the next loss, which ends the run. */
    @Test
    void propagatedGradientsReachTheOptimizer() {
        for (double rho : new double[] {0, 0.05}) {
            Recipe recipe = recipe(6).withNonFinite(NonFinite.PROPAGATE).withRho(rho);
            Finished found = train(recipe, Place.GRADIENT, 0);
            assertTrue(found.outcome.diverged());
            assertEquals(40, found.outcome.images());
            assertEquals(2, found.outcome.nonFinite());
            assertTrue(Float.isNaN(found.values.get("fc.bias")[0]));
            Finished atOnce = train(recipe, Place.LOSS, 0);
            assertTrue(atOnce.outcome.diverged());
            assertEquals(20, atOnce.outcome.images());
        }
    }

    @Test
    void lossCeilingIsForNumbers() {
        Recipe recipe = recipe(3).withNonFinite(NonFinite.SKIP).withLossCeiling(100);
        assertFalse(train(recipe, Place.LOSS, 1).outcome.diverged());
        assertTrue(train(recipe.withLossCeiling(0.1), Place.LOSS, 1).outcome.diverged());
    }

    @Test
    void resumedRunKeepsTheCount() {
        Recipe recipe = recipe(6).withNonFinite(NonFinite.SKIP);
        Finished unbroken = train(recipe, Place.GRADIENT, 1, 3);
        AtomicInteger asked = new AtomicInteger();
        try (Checkpoints checkpoints = new Checkpoints(folder.resolve("run.ckpt"), "run", Duration.ofDays(1))) {
            TrainOptions first = TrainOptions.none()
                    .withCheckpoints(checkpoints, null, IntNode.valueOf(0))
                    .withStop(() -> asked.incrementAndGet() > 2);
            assertThrows(CancellationException.class, () -> train(recipe, first, Place.GRADIENT, 1));
            TrainOptions second =
                    TrainOptions.none().withCheckpoints(null, checkpoints.load().orElseThrow(), IntNode.valueOf(0));
            // Two updates were made before: what was pass 3 is pass 1 now.
            Finished resumed = train(recipe, second, Place.GRADIENT, 1);
            assertEquals(2, resumed.outcome.nonFinite());
            assertEquals(unbroken.outcome.trainLoss(), resumed.outcome.trainLoss());
            assertSame(unbroken.values, resumed.values);
        }
    }

    @Test
    void checkpointsWrittenBeforeTheseUpdatesWereCountedHaveNone() throws JsonProcessingException {
        LoopState old = new ObjectMapper()
                .readValue(
                        "{\"step\":5,\"images\":90,\"lossSum\":2.5,\"trainLoss\":[3.0],\"evaluations\":[],\"best\":-1}",
                        LoopState.class);
        assertEquals(new LoopState(5, 90, 0, 0, 2.5, List.of(3.0), List.of(), -1), old);
        assertEquals(List.of(3.0, 1.25), old.epochEnded(2).trainLoss());
    }
}
