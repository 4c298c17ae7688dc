package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Recomputation;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.FcmaeDecoder;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.optim.Sgd;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Precision;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.Uniform;
import org.backbonelab.train.objective.Masked;
import org.backbonelab.train.objective.Objective;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientCheckpointingTest {
    private static final Recipe KEPT = Recipe.supervised();

    static List<String> micro() {
        return Nets.micro();
    }

    /** Drop path makes every block draw masks, which must be the same ones when it is computed again. */
    @ParameterizedTest
    @MethodSource("micro")
    void gradientsAndStatisticsAreThoseOfTheKeptGraph(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone one = filled(manager, name);
            Backbone two = filled(manager, name);
            assertAlike(new Supervised(one, 0.1), new Supervised(two, 0.1), KEPT, 1e-5);
            Map<String, float[]> statistics = Nets.values(one.namedParameters());
            Nets.values(two.namedParameters())
                    .forEach((key, values) -> assertArrayEquals(statistics.get(key), values, key));
        }
    }

    @Test
    void soAreThoseInBfloat16() {
        try (NDManager manager = Torch.newManager()) {
            Recipe low = KEPT.withPrecision(Precision.BF16);
            assertAlike(
                    new Supervised(filled(manager, "convnext_micro"), 0.1),
                    new Supervised(filled(manager, "convnext_micro"), 0.1),
                    low,
                    1e-2);
        }
    }

    @Test
    void soAreThoseOfMaskedPretraining() {
        try (NDManager manager = Torch.newManager()) {
            assertAlike(masked(manager), masked(manager), KEPT, 1e-5);
        }
    }

    private static Masked masked(NDManager manager) {
        ConvNeXt encoder = (ConvNeXt) Nets.create(manager, "convnextv2_micro");
        FcmaeDecoder decoder = new FcmaeDecoder(encoder, FcmaeDecoder.Config.ofWidth(16));
        decoder.initialize(manager, 3);
        return new Masked(encoder, decoder, 0.6, Masked.Encoding.PACKED);
    }

    private static Backbone filled(NDManager manager, String name) {
        Backbone model = Backbones.create(name, new ImageSpec(1, 28, 10), 0.3);
        model.initialize(manager, 7);
        Map<String, Shape> shapes = model.storedShapes();
        model.namedParameters().forEach((key, p) -> Golden.set(p.getArray(), Uniform.weights(key, shapes.get(key))));
        return model;
    }

    private static void assertAlike(Objective one, Objective two, Recipe recipe, double tolerance) {
        Batch batch = Nets.batch(8);
        Nets.Gradients kept = Nets.backward(one, recipe, batch);
        Nets.Gradients anew = Nets.backward(two, recipe.withGradientCheckpointing(true), batch);
        assertEquals(kept.loss(), anew.loss());
        kept.values().forEach((key, values) -> {
            double largest = 0;
            double difference = 0;
            for (int i = 0; i < values.length; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
                difference =
                        Math.max(difference, Math.abs(values[i] - anew.values().get(key)[i]));
            }
            assertTrue(difference <= tolerance * largest, key + ": " + difference + " of " + largest);
        });
    }

    /** A batch of two parts and both passes of SAM each have blocks of their own. */
    @Test
    void samWithAccumulationTrainsAlike() {
        try (NDManager manager = Torch.newManager()) {
            Backbone one = filled(manager, "resnet_micro");
            Backbone two = filled(manager, "resnet_micro");
            Recipe recipe = KEPT.withAccumulate(2);
            for (Object[] pair : new Object[][] {{one, recipe}, {two, recipe.withGradientCheckpointing(true)}}) {
                Objective objective = new Supervised((Backbone) pair[0], 0.1);
                Sgd sgd = new Sgd(0.1, 0, false);
                Nets.step(new Sam(0.05), objective, Nets.batch(8), sgd, (Recipe) pair[1]);
            }
            Map<String, float[]> expected = Nets.values(one.namedParameters());
            Nets.values(two.namedParameters())
                    .forEach((key, values) -> assertArrayEquals(expected.get(key), values, 1e-5f, key));
        }
    }

    /** A linear layer that counts how often it is computed. */
    private static final class Counted extends Layer {
        private final Linear linear = child("linear", new Linear(4, 4, Init.leCun()));
        private int computed;

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            computed++;
            return linear.apply(x, pass);
        }
    }

    @Test
    void everyBlockIsComputedOnceMore() {
        try (NDManager manager = Torch.newManager()) {
            Counted block = new Counted();
            block.initialize(manager, 1);
            Recomputation blocks = new Recomputation();
            Pass pass = blocks.in(Pass.training(0));
            NDArray weight = block.namedParameters().get("linear.weight").getArray();
            NDArray unused = manager.ones(new Shape(2, 3));
            unused.setRequiresGradient(true);
            NDArray loss = Torch.withGradients(
                    () -> block.applyAlone(block.applyAlone(manager.ones(new Shape(2, 4)), pass), pass)
                            .sum());
            assertEquals(2, block.computed);
            List<NDArray> found = blocks.grad(loss, List.of(weight, unused));
            assertEquals(4, block.computed);
            assertEquals(0, found.get(1).abs().sum().getFloat());
            assertTrue(found.get(0).abs().sum().getFloat() > 0);
        }
    }
}
