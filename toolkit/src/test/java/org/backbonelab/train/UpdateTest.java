package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.backbonelab.model.Backbone;
import org.backbonelab.optim.Sgd;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;

class UpdateTest {
    @Test
    void clipNormBoundsTheStep() {
        try (NDManager manager = Torch.newManager()) {
            assertTrue(stepLength(manager, Recipe.supervised()) > 0.1);
            assertEquals(0.01, stepLength(manager, Recipe.supervised().withClipNorm(0.01)), 1e-5);
        }
    }

    /** With lr 1 and no momentum yet, the step is the clipped gradient. */
    private static double stepLength(NDManager manager, Recipe recipe) {
        Backbone model = Nets.create(manager, "resnet_micro");
        Map<String, float[]> before = Nets.values(model.trainedParameters());
        Nets.step(Step.PLAIN, new Supervised(model, 0), Nets.batch(8), new Sgd(1, 0, false), recipe);
        double sum = 0;
        for (Map.Entry<String, float[]> e :
                Nets.values(model.trainedParameters()).entrySet()) {
            float[] old = before.get(e.getKey());
            for (int i = 0; i < old.length; i++) {
                sum += Math.pow(e.getValue()[i] - old[i], 2);
            }
        }
        return Math.sqrt(sum);
    }

    @Test
    void adaptiveClippingSparesTheClassifiersWeightOnly() {
        try (NDManager manager = Torch.newManager()) {
            Backbone free = Nets.create(manager, "resnet_micro");
            Backbone clipped = Nets.create(manager, "resnet_micro");
            Recipe recipe = Recipe.supervised();
            Nets.step(Step.PLAIN, new Supervised(free, 0), Nets.batch(8), new Sgd(1, 0, false), recipe);
            Nets.step(
                    Step.PLAIN, new Supervised(clipped, 0), Nets.batch(8), new Sgd(1, 0, false), recipe.withAgc(1e-4));
            Map<String, float[]> one = Nets.values(free.trainedParameters());
            Map<String, float[]> two = Nets.values(clipped.trainedParameters());
            assertArrayEquals(one.get("fc.weight"), two.get("fc.weight"));
            one.forEach((name, values) -> assertTrue(
                    name.equals("fc.weight") || !java.util.Arrays.equals(values, two.get(name)),
                    name + " was not clipped"));
        }
    }

    @Test
    void lossThatIsNotFiniteChangesNothing() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            NDArray bias = model.trainedParameters().get("fc.bias").getArray();
            org.backbonelab.testing.Golden.set(bias, new float[] {Float.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0});
            Map<String, float[]> before = Nets.values(model.trainedParameters());
            for (Step step : new Step[] {Step.PLAIN, new Sam(0.1)}) {
                double loss = Nets.step(
                        step, new Supervised(model, 0), Nets.batch(4), new Sgd(0.1, 0, false), Recipe.supervised());
                assertTrue(Double.isNaN(loss));
                Nets.values(model.trainedParameters())
                        .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
            }
        }
    }
}
