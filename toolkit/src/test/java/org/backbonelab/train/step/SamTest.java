package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.model.Backbone;
import org.backbonelab.optim.Sgd;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.TinyNet;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamTest {
    static List<String> micro() {
        return Nets.micro();
    }

    /** Three steps with momentum, against the same steps in torch. */
    @ParameterizedTest
    @ValueSource(doubles = {0.0, 0.1})
    void stepsFollowTorch(double rho) {
        Golden golden = Golden.load("training");
        String key = "steps rho " + rho;
        Step step = rho > 0 ? new Sam(rho) : Step.PLAIN;
        try (NDManager manager = Torch.newManager()) {
            TinyNet net = TinyNet.golden(manager);
            Sgd sgd = new Sgd(0.1, 0, false);
            double[] losses = golden.values(key, "losses");
            for (int i = 0; i < 3; i++) {
                double loss = Nets.step(step, new Supervised(net, 0), TinyNet.goldenBatch(), sgd, Recipe.supervised());
                assertEquals(losses[i], loss, 1e-6, "loss reported is that of the first pass");
            }
            float[] weights = Golden.concat(Nets.arrays(net.trainedParameters()));
            Golden.assertClose(golden.values(key, "weights"), weights, "weights");
        }
    }

    @Test
    void tinyRadiusIsThePlainStep() {
        try (NDManager manager = Torch.newManager()) {
            TinyNet plain = TinyNet.golden(manager);
            TinyNet sam = TinyNet.golden(manager);
            Batch batch = TinyNet.goldenBatch();
            Recipe recipe = Recipe.supervised();
            Nets.step(Step.PLAIN, new Supervised(plain, 0), batch, new Sgd(0.1, 0, false), recipe);
            Nets.step(new Sam(1e-7), new Supervised(sam, 0), batch, new Sgd(0.1, 0, false), recipe);
            assertArrayEquals(
                    Golden.concat(Nets.arrays(plain.trainedParameters())),
                    Golden.concat(Nets.arrays(sam.trainedParameters())),
                    1e-6f);
        }
    }

    @ParameterizedTest
    @MethodSource("micro")
    void weightsComeBackBitForBit(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Map<String, float[]> before = Nets.values(model.trainedParameters());
            Nets.step(new Sam(0.3), new Supervised(model, 0), Nets.batch(8), new Sgd(0, 0, false), Recipe.supervised());
            Nets.values(model.trainedParameters())
                    .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
        }
    }

    @Test
    void runningStatisticsAreThoseOfTheFirstPassAlone() {
        try (NDManager manager = Torch.newManager()) {
            Backbone plain = Nets.create(manager, "resnet_micro");
            Backbone sam = Nets.create(manager, "resnet_micro");
            Batch batch = Nets.batch(8);
            Recipe recipe = Recipe.supervised();
            Nets.step(Step.PLAIN, new Supervised(plain, 0), batch, new Sgd(0.1, 0, false), recipe);
            Nets.step(new Sam(0.5), new Supervised(sam, 0), batch, new Sgd(0.1, 0, false), recipe);
            int buffers = 0;
            Map<String, float[]> expected = Nets.values(plain.namedParameters());
            for (Map.Entry<String, float[]> e :
                    Nets.values(sam.namedParameters()).entrySet()) {
                if (e.getKey().contains("running_")) {
                    assertArrayEquals(expected.get(e.getKey()), e.getValue(), e.getKey());
                    buffers++;
                }
            }
            assertTrue(buffers >= 14, buffers + " buffers");
        }
    }

    @Test
    void radiusMustBePositive() {
        for (double rho : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> new Sam(rho));
        }
    }
}
