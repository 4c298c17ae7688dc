package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatnessTest {
    /** To second order the loss rises by sigma^2 / 2 times the trace, which is torch's here. */
    @Test
    void averageRiseIsThatOfTheTrace() {
        try (NDManager manager = Torch.newManager();
                WeightSpace space = new WeightSpace(TrainedNet.objective(manager), TrainedNet.batch())) {
            double trace = Arrays.stream(TrainedNet.GOLDEN.values("trained", "eigenvalues"))
                    .sum();
            double sigma = 0.03;
            int draws = 1000;
            double clean = space.loss();
            double slope = WeightSpace.norm(space.gradient());
            List<Double> means = Flatness.losses(space, List.of(0.0, sigma), draws, 1);
            assertEquals(clean, means.get(0), 1e-6);
            double expected = sigma * sigma / 2 * trace;
            double error = sigma * slope / Math.sqrt(draws);
            assertTrue(error < 0.1 * expected, "the test can fail");
            assertEquals(expected, means.get(1) - clean, 3 * error + 0.01 * expected);
            assertEquals(clean, space.loss(), 0, "back where it was");
        }
    }

    /**
     * One image and two classes: the loss falls with the margin alone, which moves by rho times the norm of |w| x at most.
     */
    @Test
    void adaptiveSharpnessOfOneMarginIsTheClosedForm() {
        try (NDManager manager = Torch.newManager()) {
            LinearNet net = new LinearNet(2);
            net.initialize(manager, 4);
            float[] w = net.namedParameters().get("fc.weight").getArray().toFloatArray();
            float[] b = net.namedParameters().get("fc.bias").getArray().toFloatArray();
            float[] x = Golden.fill(LinearNet.INPUTS, 0, 1, 0.5);
            double margin = b[1] - b[0];
            double squares = b[0] * b[0] + b[1] * b[1];
            for (int i = 0; i < x.length; i++) {
                double w0 = w[i] * x[i];
                double w1 = w[x.length + i] * x[i];
                margin += w1 - w0;
                squares += w0 * w0 + w1 * w1;
            }
            double rho = 0.7;
            double expected = Math.log1p(Math.exp(-margin + rho * Math.sqrt(squares))) - Math.log1p(Math.exp(-margin));
            Map<String, float[]> before = Nets.values(net.namedParameters());
            Supervised objective = new Supervised(net, 0);
            Batch batch = new Batch(x, new int[] {1}, 1, 4);
            assertEquals(expected, AdaptiveSharpness.of(objective, batch, rho, 10), 1e-5 * expected);
            Nets.values(net.namedParameters()).forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
            assertThrows(IllegalArgumentException.class, () -> AdaptiveSharpness.of(objective, batch, 0, 10));
            assertThrows(IllegalArgumentException.class, () -> AdaptiveSharpness.of(objective, batch, 1, 0));
        }
    }

    /** The function stays when one layer grows by c and the next shrinks by it; so does adaptive sharpness. */
    @ParameterizedTest
    @ValueSource(doubles = {0.1, 3, 8})
    void adaptiveSharpnessIsInvariantToScale(double c) {
        try (NDManager manager = Torch.newManager()) {
            ReluNet net = new ReluNet();
            net.initialize(manager, 2);
            Golden.set(net.namedParameters().get("fc1.bias").getArray(), Golden.fill(6, 1, 0.3, 0));
            Batch batch = new Batch(Golden.fill(8L * 16, 0, 1, 0.2), new int[] {0, 1, 2, 0, 1, 2, 0, 1}, 1, 4);
            Supervised objective = new Supervised(net, 0);
            double before = AdaptiveSharpness.of(objective, batch, 0.5, 10);
            scale(net, "fc1.weight", c);
            scale(net, "fc1.bias", c);
            scale(net, "fc2.weight", 1 / c);
            assertTrue(before > 0.05, "sharpness " + before);
            assertEquals(before, AdaptiveSharpness.of(objective, batch, 0.5, 10), 1e-4 * before);
        }
    }

    private static void scale(ReluNet net, String name, double factor) {
        NDArray array = net.namedParameters().get(name).getArray();
        float[] values = array.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) factor;
        }
        Golden.set(array, values);
    }

    /** Linear, ReLU, Linear. */
    private static final class ReluNet extends Backbone {
        private final Linear fc1;
        private final Linear fc2;

        ReluNet() {
            super(new ImageSpec(1, 4, 3));
            fc1 = child("fc1", new Linear(16, 6, Init.leCun()));
            fc2 = child("fc2", Linear.classifier(6, 3, Init.leCun()));
        }

        @Override
        public NDArray forwardFeatures(NDArray x, Pass pass) {
            return Activation.relu(fc1.apply(x.reshape(x.getShape().get(0), 16), pass));
        }

        @Override
        protected NDArray head(NDArray features, Pass pass) {
            return fc2.apply(features, pass);
        }
    }
}
