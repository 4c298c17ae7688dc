package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Images;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Adversarial;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Objectives;
import org.backbonelab.train.objective.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adversarial training of softmax regression, whose gradients are written down here. */
class AdversarialStepTest {
    private static final int INPUTS = 16;
    private static final int CLASSES = 3;
    private static final int COUNT = 6;
    private static final double EPSILON = 0.1;
    private static final long SEED = 7;
    private static final Recipe RECIPE =
            Recipe.supervised().withObjective("adversarial", Map.of("epsilon", EPSILON, "step", 1.25));

    private static final Images NONE = Images.synthetic(10, 1, 4, CLASSES, 1);
    private static final Dataset SET = new Dataset("own", NONE, NONE, new float[] {0.4f}, new float[] {0.25f}, "none");

    /** Logits are W x. */
    private static final class Regression extends Backbone {
        private final Parameter weight;

        Regression() {
            super(new ImageSpec(1, 4, CLASSES));
            weight = parameter("weight", Role.WEIGHT, Init.normal(0.3), CLASSES, INPUTS);
        }

        @Override
        public NDArray forwardFeatures(NDArray x, Pass pass) {
            return x.reshape(x.getShape().get(0), INPUTS);
        }

        @Override
        protected NDArray head(NDArray features, Pass pass) {
            return features.matMul(pass.value(weight, features).transpose());
        }
    }

    private static Batch batch() {
        RandomGenerator random = Seeds.stream(3, "pixels", 0);
        float[] pixels = new float[COUNT * INPUTS];
        for (int i = 0; i < pixels.length; i++) {
            // Some of the pixels are at the end of their range.
            double value = Math.max(0, Math.min(1, 1.4 * random.nextDouble() - 0.2));
            pixels[i] = (float) ((value - 0.4) / 0.25);
        }
        return new Batch(pixels, new int[] {0, 1, 2, 0, 1, 2}, 1, 4);
    }

    /** Returns (p - y) of each image, divided by their number. */
    private static double[][] errors(double[] w, float[] x, int[] labels) {
        double[][] out = new double[COUNT][CLASSES];
        for (int n = 0; n < COUNT; n++) {
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
                double z = 0;
                for (int k = 0; k < INPUTS; k++) {
                    z += w[c * INPUTS + k] * x[n * INPUTS + k];
                }
                out[n][c] = Math.exp(z);
                sum += out[n][c];
            }
            for (int c = 0; c < CLASSES; c++) {
                out[n][c] = (out[n][c] / sum - (labels[n] == c ? 1 : 0)) / COUNT;
            }
        }
        return out;
    }

    private static double[] byWeights(double[] w, float[] x, int[] labels) {
        double[][] e = errors(w, x, labels);
        double[] out = new double[CLASSES * INPUTS];
        for (int n = 0; n < COUNT; n++) {
            for (int c = 0; c < CLASSES; c++) {
                for (int k = 0; k < INPUTS; k++) {
                    out[c * INPUTS + k] += e[n][c] * x[n * INPUTS + k];
                }
            }
        }
        return out;
    }

    /** Returns the images one step further, within the radius and the range. */
    private static float[] moved(double[] w, float[] start, Batch batch) {
        double[][] e = errors(w, start, batch.labels());
        float[] out = new float[start.length];
        for (int i = 0; i < out.length; i++) {
            double g = 0;
            for (int c = 0; c < CLASSES; c++) {
                g += e[i / INPUTS][c] * w[c * INPUTS + i % INPUTS];
            }
            double pixel = start[i] * 0.25 + 0.4 + 1.25 * EPSILON * Math.signum(g);
            double origin = batch.pixels()[i] * 0.25 + 0.4;
            pixel = Math.max(origin - EPSILON, Math.min(origin + EPSILON, pixel));
            out[i] = (float) ((Math.max(0, Math.min(1, pixel)) - 0.4) / 0.25);
        }
        return out;
    }

    private static double[] doubles(float[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, 0", "SAM, 0.3", "GSAM, 0.3"})
    void gradientsAreThoseOfMovedImages(String step, double rho) {
        Recipe recipe = step.equals("GSAM") ? RECIPE.withSam(Sharpness.gsam(rho, 0), rho) : RECIPE.withRho(rho);
        try (NDManager manager = Torch.newManager()) {
            Regression model = new Regression();
            model.initialize(manager, 1);
            Objective objective = Objectives.of(recipe, model, SET, 0, 0);
            Weights weights = Weights.of(objective);
            double[] w = doubles(weights.arrays().get(0).toFloatArray());
            Batch batch = batch();
            UpdateContext context = UpdateContext.of(manager, objective, weights, 0, 1e-3, recipe, new TimeTable());
            Gradient found = Steps.of(recipe).gradient(new Backprop(context, List.of(batch), SEED));

            Batch start = ((Adversarial) objective).start(batch, Seeds.derive(SEED, "attack"));
            float[] x = moved(w, start.pixels(), batch);
            // SAM climbs by the gradient at the start of the images' walk, GSAM by the one at its end.
            double[] up = byWeights(w, step.equals("SAM") ? start.pixels() : x, batch.labels());
            double norm = Math.sqrt(java.util.Arrays.stream(up).map(g -> g * g).sum());
            double[] at = w.clone();
            for (int i = 0; i < at.length; i++) {
                at[i] += rho * up[i] / norm;
            }
            double[] expected = byWeights(at, x, batch.labels());
            assertArrayEquals(expected, doubles(found.arrays().get(0).toFloatArray()), 1e-6);
            assertArrayEquals(w, doubles(weights.arrays().get(0).toFloatArray()), 0);
        }
    }

    @Test
    void startsAreWithinTheRadiusAndTheRange() {
        try (NDManager manager = Torch.newManager()) {
            Regression model = new Regression();
            model.initialize(manager, 1);
            Adversarial objective = (Adversarial) Objectives.of(RECIPE, model, SET, 0, 0);
            Batch batch = batch();
            float[] start = objective.start(batch, 5).pixels();
            double mean = 0;
            for (int i = 0; i < start.length; i++) {
                double pixel = start[i] * 0.25 + 0.4;
                double moved = pixel - (batch.pixels()[i] * 0.25 + 0.4);
                assertTrue(Math.abs(moved) <= EPSILON + 1e-6 && pixel > -1e-6 && pixel < 1 + 1e-6);
                mean += Math.abs(moved) / start.length;
            }
            // Half of the radius, less what the range cuts off.
            assertEquals(0.45 * EPSILON, mean, 0.1 * EPSILON);
            assertArrayEquals(start, objective.start(batch, 5).pixels());
        }
    }

    /** The attack is a pass of its own but for SAM and ASAM. */
    @Test
    void passesAreCounted() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            Objective objective = Objectives.of(RECIPE, model, SET, 0, 0);
            assertEquals(2, Steps.passes(RECIPE, objective));
            assertEquals(2, Steps.passes(RECIPE.withRho(0.1), objective));
            assertEquals(2, Steps.passes(RECIPE.withSam(Sharpness.asam(0.01), 0.1), objective));
            assertEquals(3, Steps.passes(RECIPE.withSam(Sharpness.gsam(0.1, 0.1), 0.1), objective));
            assertEquals(2.5, Steps.passes(RECIPE.withSam(Sharpness.lookSam(2, 0.1), 0.1), objective));
        }
    }

    @Test
    void settingsThatMakeNoAttackAreRefused() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "vit_micro");
            Recipe none = RECIPE.withObjective("adversarial", Map.of("epsilon", 0.0));
            String message = assertThrows(IllegalArgumentException.class, () -> Objectives.of(none, model, SET, 0, 0))
                    .getMessage();
            assertTrue(message.contains("epsilon is 0.0"), message);
            message = assertThrows(IllegalArgumentException.class, () -> Objectives.of(RECIPE, model, 0, 0))
                    .getMessage();
            assertTrue(message.contains("data set"), message);
        }
    }
}
