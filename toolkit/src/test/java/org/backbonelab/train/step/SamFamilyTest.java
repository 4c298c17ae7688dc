package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.backbonelab.data.Batch;
import org.backbonelab.model.Backbone;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Group;
import org.backbonelab.optim.Schedule;
import org.backbonelab.optim.Sgd;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.TanhNet;
import org.backbonelab.testing.Wrapped;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.objective.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamFamilyTest {
    private static final Recipe PLAIN = Recipe.supervised();

    /** One recipe of every kind, with a radius. */
    static List<Recipe> kinds() {
        return Stream.of(
                        Sharpness.SAM,
                        Sharpness.asam(0.01),
                        Sharpness.gsam(0, 0.4),
                        Sharpness.lookSam(3, 0.7),
                        Sharpness.SAM.withM(3),
                        Sharpness.asam(0.01).withM(4))
                .map(s -> PLAIN.withSam(s, 0.3))
                .toList();
    }

    /** Leaves everything as it is. */
    private static final class Frozen extends BaseOptimizer {
        Frozen() {
            super(1, 0);
        }

        @Override
        protected void rule(Group group) {}
    }

    /** Makes some updates on one batch, cut into parts as the recipe says, and returns their losses. */
    private static List<Double> train(
            Backbone model, Recipe recipe, BaseOptimizer optimizer, Batch batch, int updates) {
        Step step = Steps.of(recipe);
        Supervised objective = new Supervised(model, 0);
        List<Double> losses = new ArrayList<>();
        for (int t = 0; t < updates; t++) {
            optimizer.setLearningRate(
                    recipe.schedule().curve().at(recipe.optimization().lr(), t, new Schedule.Run(0, 20, 20)));
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                List<Batch> parts = Parts.of(
                        batch,
                        recipe.data().accumulate(),
                        recipe.optimization().sharpness().m());
                Weights weights = Weights.of(objective);
                Backprop passes = Nets.passes(manager, objective, weights, parts, t, t, optimizer, recipe);
                losses.add(Nets.update(step, passes, optimizer, recipe).loss());
            }
        }
        return losses;
    }

    private static float[] trained(String name, Recipe recipe, int updates) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            train(model, recipe, new Sgd(0.1, 0, false), Nets.batch(10), updates);
            return Nets.concat(Nets.values(model.namedParameters()));
        }
    }

    private static void assertFollows(String name, Recipe recipe) {
        assertFollows(name, recipe, 1e-5);
    }

    private static void assertFollows(String name, Recipe recipe, double tolerance) {
        Golden golden = Golden.load("sam");
        double[] expected = golden.values(name, "losses");
        for (int updates : new int[] {1, 5, 20}) {
            try (NDManager manager = Torch.newManager()) {
                TanhNet net = TanhNet.golden(manager);
                List<Double> losses = train(net, recipe, new Sgd(0.1, 0, false), TanhNet.goldenBatch(), updates);
                for (int t = 0; t < updates; t++) {
                    assertEquals(expected[t], losses.get(t), 1e-5, name + ", loss " + t);
                }
                Nets.values(net.namedParameters())
                        .forEach((key, found) -> Golden.assertClose(
                                golden.values(name, String.valueOf(updates), key), found, tolerance, name + " " + key));
            }
        }
    }

    /** Twenty updates with momentum, against the authors' code (LookSAM: another one's, on all parameters as one). */
    @Test
    void updatesFollowTheReferences() {
        Recipe recipe = PLAIN.withLr(0.1).withSchedule(Schedule.CONSTANT);
        assertFollows("sam", recipe.withSam(Sharpness.SAM, 0.05));
        assertFollows("asam", recipe.withSam(Sharpness.asam(0.01), 0.5));
        assertFollows("gsam", recipe.withSchedule(Schedule.LINEAR).withSam(Sharpness.gsam(0.02, 0.4), 0.1));
        // Its direction is a small difference made long: a processor's rounding shows in the fifth digit.
        assertFollows("looksam", recipe.withSam(Sharpness.lookSam(5, 0.7), 0.05), 1e-4);
    }

    /** What each kind comes down to at its neutral setting, for networks with batch norm, drop path off, and in parts. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet_micro", "vit_micro"})
    void neutralSettingsAreSamBitForBit(String name) {
        for (Recipe recipe : List.of(PLAIN, PLAIN.withAccumulate(3))) {
            float[] sam = trained(name, recipe.withRho(0.2), 3);
            for (Sharpness neutral :
                    List.of(Sharpness.gsam(0.2, 0), Sharpness.lookSam(1, 0.7), Sharpness.SAM.withM(10))) {
                assertArrayEquals(sam, trained(name, recipe.withSam(neutral, 0.2), 3), neutral.toString());
            }
        }
    }

    @Test
    void kindsDiffer() {
        List<float[]> found =
                kinds().stream().map(recipe -> trained("vit_micro", recipe, 3)).toList();
        for (int i = 0; i < found.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertFalse(Arrays.equals(found.get(i), found.get(j)), kinds().get(i) + " and " + kinds().get(j));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void tinyRadiusIsThePlainStep(Recipe recipe) {
        float[] plain = trained("vit_micro", PLAIN, 1);
        float[] found =
                trained("vit_micro", recipe.withSam(tiny(recipe.optimization().sharpness()), 1e-7), 1);
        assertArrayEquals(plain, found, 1e-6f);
    }

    private static Sharpness tiny(Sharpness s) {
        return new Sharpness(s.kind(), s.m(), s.eta(), 0, s.alpha(), s.every());
    }

    /** With an optimizer that does nothing, all that could be left of an update is what the perturbation did. */
    @ParameterizedTest
    @MethodSource("kinds")
    void weightsComeBackBitForBit(Recipe recipe) {
        for (String name : List.of("resnet_micro", "convnextv2_micro")) {
            try (NDManager manager = Torch.newManager()) {
                Backbone model = Nets.create(manager, name);
                Map<String, float[]> before = Nets.values(model.trainedParameters());
                train(model, recipe.withAccumulate(2), new Frozen(), Nets.batch(8), 4);
                Nets.values(model.trainedParameters())
                        .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
            }
        }
    }

    /** The plain step over the same parts sees the same images in the same parts, once. */
    @ParameterizedTest
    @MethodSource("kinds")
    void runningStatisticsAreThoseOfTheFirstPassAlone(Recipe recipe) {
        try (NDManager manager = Torch.newManager()) {
            Backbone plain = Nets.create(manager, "resnet_micro");
            Backbone sam = Nets.create(manager, "resnet_micro");
            int m = recipe.optimization().sharpness().m();
            for (Batch part : Parts.of(Nets.batch(8), 1, m)) {
                train(plain, PLAIN, new Frozen(), part, 1);
            }
            train(sam, recipe, new Frozen(), Nets.batch(8), 1);
            assertArrayEquals(
                    Nets.concat(Nets.values(plain.namedParameters())), Nets.concat(Nets.values(sam.namedParameters())));
        }
    }

    /** Clipping and the moments of an optimizer see one gradient an update: a step of length lr times the norm. */
    @ParameterizedTest
    @MethodSource("kinds")
    void clippingActsOnTheFinalGradient(Recipe recipe) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            float[] before = Nets.concat(Nets.values(model.trainedParameters()));
            train(model, recipe.withLr(1).withClipNorm(0.01), new Sgd(1, 0, false), Nets.batch(10), 1);
            float[] after = Nets.concat(Nets.values(model.trainedParameters()));
            double sum = 0;
            for (int i = 0; i < before.length; i++) {
                sum += Math.pow(after[i] - before[i], 2);
            }
            assertEquals(0.01, Math.sqrt(sum), 1e-5);
        }
    }

    /** Each chunk of 4 (the last of 2) by itself: the mean over images of what SAM finds on it alone. */
    @Test
    void chunksArePerturbedByThemselves() {
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Supervised objective = new Supervised(Nets.create(manager, "vit_micro"), 0);
            Sam sam = new Sam(0.5);
            List<Batch> chunks = Parts.of(Nets.batch(10), 1, 4);
            assertEquals(List.of(4, 4, 2), chunks.stream().map(Batch::count).toList());
            float[] expected = null;
            double loss = 0;
            for (Batch chunk : chunks) {
                Gradient alone = sam.gradient(passes(manager, objective, List.of(chunk)));
                float[] g = Golden.concat(alone.arrays());
                expected = expected == null ? new float[g.length] : expected;
                for (int i = 0; i < g.length; i++) {
                    expected[i] += g[i] * chunk.count() / 10f;
                }
                loss += alone.loss() * chunk.count() / 10;
            }
            Gradient found = new ChunkedStep(sam, 4).gradient(passes(manager, objective, chunks));
            assertEquals(loss, found.loss(), 1e-6);
            assertArrayEquals(expected, Golden.concat(found.arrays()), 1e-6f);
            // Parts are smaller than chunks: each chunk of 4 goes through in two parts, with one perturbation.
            List<Batch> parts = Parts.of(Nets.batch(10), 4, 4);
            assertEquals(
                    List.of(2, 2, 2, 2, 2), parts.stream().map(Batch::count).toList());
            found = new ChunkedStep(sam, 4).gradient(passes(manager, objective, parts));
            assertArrayEquals(expected, Golden.concat(found.arrays()), 1e-5f);
        }
    }

    private static Backprop passes(NDManager manager, Objective objective, List<Batch> parts) {
        return Nets.passes(manager, objective, Weights.of(objective), parts, 1, 0, new Sgd(0.1, 0, false), PLAIN);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void trainsInBf16AndInParts(Recipe recipe) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            Recipe low = recipe.withRho(0.05).withPrecision(Precision.BF16).withAccumulate(2);
            List<Double> losses = train(model, low, new Sgd(0.05, 0, false), Nets.batch(8), 8);
            assertTrue(losses.get(7) < losses.get(0) - 0.01, losses.toString());
        }
    }

    @Test
    void lookSamMakesOnePassInBetween() {
        int[] passes = new int[1];
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            Supervised inner = new Supervised(model, 0);
            Objective counting = new Wrapped(inner) {
                @Override
                public ai.djl.ndarray.NDArray loss(NDManager m, Batch batch, org.backbonelab.layer.Pass pass) {
                    passes[0]++;
                    return inner.loss(m, batch, pass);
                }
            };
            Step step = new LookSam(0.05, 0.7, 3);
            for (int t = 0; t < 7; t++) {
                Sgd sgd = new Sgd(0.1, 0, false);
                List<Batch> parts = List.of(Nets.batch(4));
                Nets.update(
                        step,
                        Nets.passes(manager, counting, Weights.of(counting), parts, t, t, sgd, PLAIN),
                        sgd,
                        PLAIN);
            }
            assertEquals(7 + 3, passes[0], "two passes at updates 0, 3 and 6");
            assertEquals(1 + 1 / 3.0, Sharpness.lookSam(3, 0.7).passes(), 1e-12);
            assertEquals(model.trainedParameters().keySet(), step.state().keySet());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> step.restore(Map.of("x", manager.create(1f)), Weights.of(inner)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Step.PLAIN.restore(Map.of("x", manager.create(1f)), Weights.of(inner)));
        }
    }
}
