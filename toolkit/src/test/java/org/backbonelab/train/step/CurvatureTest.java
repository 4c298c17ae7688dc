package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.optim.BaseOptimizer;
import org.backbonelab.optim.Group;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.TinyNet;
import org.backbonelab.testing.Wrapped;
import org.backbonelab.train.TrainLoop;
import org.backbonelab.train.objective.Masked;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;
import org.backbonelab.train.objective.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradient with labels drawn from the network's own prediction, which Sophia asks for. */
class CurvatureTest {
    /** Asks before every third step, and keeps what it got; its steps change nothing. */
    private static final class Asking extends BaseOptimizer {
        private final List<float[]> found = new ArrayList<>();
        private final List<Integer> images = new ArrayList<>();
        private final List<Integer> before = new ArrayList<>();
        private List<String> ids;
        private int made;

        Asking() {
            super(1, 0);
        }

        @Override
        public boolean wantsCurvature() {
            return made % 3 == 0;
        }

        @Override
        public void curvature(List<String> names, List<NDArray> weights, List<NDArray> gradients, int count) {
            ids = names;
            found.add(Golden.concat(gradients));
            images.add(count);
            before.add(made);
        }

        @Override
        protected void rule(Group group) {
            made++;
        }
    }

    private static Gradient update(
            Step step, Objective objective, Recipe recipe, BaseOptimizer optimizer, long seed, Batch batch) {
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<Batch> parts = Parts.of(batch, recipe.data().accumulate());
            Weights weights = Weights.of(objective);
            Backprop passes = Nets.passes(manager, objective, weights, parts, seed, 0, optimizer, recipe);
            return Nets.update(step, passes, optimizer, recipe);
        }
    }

    /** Returns the first estimate of a seed. */
    private static float[] estimate(Objective objective, Recipe recipe, long seed, Batch batch) {
        Asking asking = new Asking();
        update(Step.PLAIN, objective, recipe, asking, seed, batch);
        return asking.found.get(0);
    }

    @Test
    void isAskedForBeforeEveryThirdStepOverAllImages() {
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = new Supervised(Nets.create(manager, "vit_micro"), 0);
            for (Recipe recipe :
                    List.of(Recipe.supervised(), Recipe.supervised().withAccumulate(3))) {
                Asking asking = new Asking();
                for (int i = 0; i < 7; i++) {
                    update(Step.PLAIN, objective, recipe, asking, i, Nets.batch(8));
                }
                assertEquals(List.of(0, 3, 6), asking.before);
                assertEquals(List.of(8, 8, 8), asking.images);
                assertEquals(List.copyOf(objective.parameters().keySet()), asking.ids);
            }
        }
    }

    @Test
    void isAFunctionOfTheSeedAndNotOfTheLabels() {
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = new Supervised(TinyNet.golden(manager), 0.1);
            Recipe recipe = Recipe.supervised();
            Batch batch = TinyNet.goldenBatch();
            Batch relabelled = new Batch(batch.pixels(), new int[] {0, 0, 0, 0}, 1, 3);
            float[] first = estimate(objective, recipe, 1, batch);
            assertArrayEquals(first, estimate(objective, recipe, 1, batch));
            assertArrayEquals(first, estimate(objective, recipe, 1, relabelled));
            boolean differs = false;
            for (int seed = 2; seed < 6; seed++) {
                differs |= !Arrays.equals(first, estimate(objective, recipe, seed, batch));
            }
            assertTrue(differs, "five seeds drew the same labels");
            assertFalse(Arrays.equals(
                    first, Nets.concat(Nets.backward(objective, batch).values())));
        }
    }

    /**
     * Over many draws the gradient's mean is zero, and the mean of its squares times B is the diagonal of the
     * Gauss-Newton matrix: for a bias of the head the mean of p (1 - p) over the images, of the binary loss over the
     * classes as well.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void squaresEstimateTheGaussNewtonDiagonal(boolean bce) {
        int draws = 2000;
        try (NDManager manager = Torch.newManager()) {
            TinyNet net = TinyNet.golden(manager);
            Batch batch = TinyNet.goldenBatch();
            double[] mean = new double[3];
            double[] square = new double[3];
            for (int seed = 0; seed < draws; seed++) {
                float[] g = estimate(new Supervised(net, 0, bce), Recipe.supervised(), seed, batch);
                for (int k = 0; k < 3; k++) {
                    double value = g[g.length - 3 + k];
                    mean[k] += value / draws;
                    square[k] += batch.count() * value * value / draws;
                }
            }
            double[] expected = diagonal(manager, net, batch, bce);
            for (int k = 0; k < 3; k++) {
                double deviation = Math.sqrt(expected[k] / batch.count() / draws);
                assertEquals(0, mean[k], 4 * deviation, "mean of class " + k);
                assertEquals(expected[k], square[k], 0.15 * expected[k], "squares of class " + k);
            }
        }
    }

    private static double[] diagonal(NDManager manager, TinyNet net, Batch batch, boolean bce) {
        float[] logits =
                net.apply(Supervised.images(manager, batch), Pass.evaluation()).toFloatArray();
        double[] out = new double[3];
        for (int n = 0; n < batch.count(); n++) {
            double sum = 0;
            for (int k = 0; k < 3; k++) {
                sum += Math.exp(logits[3 * n + k]);
            }
            for (int k = 0; k < 3; k++) {
                double e = Math.exp(logits[3 * n + k]);
                double p = bce ? e / (1 + e) : e / sum;
                out[k] += p * (1 - p) / batch.count() / (bce ? 3 : 1);
            }
        }
        return out;
    }

    /** With SAM, too: the estimate is taken at the weights themselves, and running statistics are the first pass's. */
    @Test
    void leavesWeightsAndRunningStatisticsAlone() {
        try (NDManager manager = Torch.newManager()) {
            for (Step step : new Step[] {Step.PLAIN, new Sam(0.5)}) {
                Backbone model = Nets.create(manager, "resnet_micro");
                Backbone control = Nets.create(manager, "resnet_micro");
                Nets.backward(new Supervised(control, 0), Nets.batch(8));
                Asking asking = new Asking();
                update(step, new Supervised(model, 0), Recipe.supervised(), asking, 1, Nets.batch(8));
                assertArrayEquals(
                        Nets.concat(Nets.values(control.namedParameters())),
                        Nets.concat(Nets.values(model.namedParameters())));
                assertArrayEquals(
                        estimate(new Supervised(control, 0), Recipe.supervised(), 1, Nets.batch(8)),
                        asking.found.get(0));
            }
        }
    }

    /** Such an estimate does not reach the optimizer, and its update is left out. */
    @Test
    void estimateThatIsNotFiniteIsNotUsed() {
        try (NDManager manager = Torch.newManager()) {
            Objective broken = new Wrapped(new Supervised(Nets.create(manager, "vit_micro"), 0)) {
                @Override
                public NDArray sampledLoss(NDManager m, Batch batch, Pass pass, long seed) {
                    NDArray loss = super.sampledLoss(m, batch, pass, seed);
                    return loss.mul(Torch.scalar(loss, Double.NaN));
                }
            };
            Asking asking = new Asking();
            Gradient made = update(Step.PLAIN, broken, Recipe.supervised(), asking, 1, Nets.batch(4));
            assertFalse(made.isFinite() || made.isUsable());
            assertTrue(Double.isFinite(made.loss()));
            assertEquals(0, asking.found.size() + asking.made);
            Recipe propagating = Recipe.supervised().withNonFinite(NonFinite.PROPAGATE);
            assertFalse(update(Step.PLAIN, broken, propagating, asking, 1, Nets.batch(4))
                    .isFinite());
            assertEquals(1, asking.found.size());
        }
    }

    private static Split split() {
        Images images = Images.synthetic(90, 1, 28, 10, 3);
        return Split.of(Datasets.of("curvature", images, images), 50, 20, 20, 0);
    }

    /** The published Sophia differs from the variant whose estimate never runs by nothing but the estimate. */
    @Test
    void sophiaTrainsWithIt() {
        Recipe recipe = Recipe.supervised()
                .withBatchSize(20)
                .withAugmentation(Augmentation.NONE)
                .withEpochs(8);
        Map<Boolean, float[]> found = new java.util.HashMap<>();
        for (String name : List.of("sophia", "sophia_bocb")) {
            try (NDManager manager = Torch.newManager()) {
                Backbone model = Nets.create(manager, "vit_micro");
                TrainLoop.Outcome outcome =
                        TrainLoop.run(new Supervised(model, 0), split(), recipe.withOptimizer(name, 1e-3, 0.01), 1);
                List<Double> curve = outcome.trainLoss();
                assertTrue(curve.get(7) < curve.get(0), name + curve);
                found.put(name.equals("sophia"), Nets.concat(Nets.values(model.namedParameters())));
            }
        }
        assertFalse(Arrays.equals(found.get(true), found.get(false)));
    }

    @Test
    void objectiveThatPredictsNoLabelsIsRefusedAtTheStart() {
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt encoder = (ConvNeXt) Nets.create(manager, "convnextv2_micro");
            FcmaeDecoder decoder = new FcmaeDecoder(encoder, FcmaeDecoder.Config.ofWidth(16));
            decoder.initialize(manager, 5);
            Recipe recipe = Recipes.fcmae().withOptimizer("sophia");
            Masked masked = new Masked(encoder, decoder, 0.6, Masked.Encoding.PACKED);
            assertEquals(
                    "optimizer sophia estimates curvature from labels drawn from the network's prediction, which the"
                            + " objective Masked does not have; choose another optimizer",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> TrainLoop.run(masked, split(), recipe.withBatchSize(20), 1))
                            .getMessage());
        }
    }
}
