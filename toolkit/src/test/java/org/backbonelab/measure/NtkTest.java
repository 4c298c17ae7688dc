package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Init;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Nets;
import org.backbonelab.testing.TanhNet;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NtkTest {
    private static final int M = 12;
    private static final int INPUTS = 16;
    private static final int HIDDEN = 8;
    private static final int CLASSES = 5;

    private static Batch batch() {
        return new Batch(TanhNet.values(M * INPUTS, 100, 1), new int[M], 1, 4);
    }

    /** Linear, tanh, linear: h h' + 1 of the last layer, and (v (1 - h^2)) (v (1 - h'^2))' (x x' + 1) of the first. */
    private static double[][] closedForm(TanhNet net, float[] classifier, int c) {
        float[] w = net.namedParameters().get("fc1.weight").getArray().toFloatArray();
        float[] b = net.namedParameters().get("fc1.bias").getArray().toFloatArray();
        float[] x = batch().pixels();
        double[][] h = new double[M][HIDDEN];
        for (int i = 0; i < M; i++) {
            for (int k = 0; k < HIDDEN; k++) {
                double sum = b[k];
                for (int d = 0; d < INPUTS; d++) {
                    sum += (double) w[k * INPUTS + d] * x[i * INPUTS + d];
                }
                h[i][k] = Math.tanh(sum);
            }
        }
        double[][] out = new double[M][M];
        for (int i = 0; i < M; i++) {
            for (int j = 0; j < M; j++) {
                double inputs = 1;
                for (int d = 0; d < INPUTS; d++) {
                    inputs += (double) x[i * INPUTS + d] * x[j * INPUTS + d];
                }
                double sum = 1;
                for (int k = 0; k < HIDDEN; k++) {
                    double v = classifier[c * HIDDEN + k];
                    sum += h[i][k] * h[j][k] + v * v * (1 - h[i][k] * h[i][k]) * (1 - h[j][k] * h[j][k]) * inputs;
                }
                out[i][j] = sum;
            }
        }
        return out;
    }

    @Test
    void kernelOfATwoLayerNetworkIsTheClosedForm() {
        try (NDManager manager = Torch.newManager()) {
            TanhNet net = new TanhNet(new ImageSpec(1, 4, CLASSES), HIDDEN);
            net.initialize(manager, 3);
            float[] classifier = Init.leCun().values(new Shape(CLASSES, HIDDEN), Seeds.stream(5, "ntk classifier"));
            double[][][] found = Ntk.kernels(net, batch(), 5);
            assertEquals(CLASSES, found.length);
            double condition = 0;
            for (int c = 0; c < CLASSES; c++) {
                double[][] expected = closedForm(net, classifier, c);
                for (int i = 0; i < M; i++) {
                    assertArrayEquals(expected[i], found[c][i], 1e-5 * expected[i][i], "class " + c + ", image " + i);
                }
                double[] all = new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(expected)).getEigenvalues();
                condition += Arrays.stream(all).max().orElseThrow()
                        / Arrays.stream(all).min().orElseThrow()
                        / CLASSES;
            }
            assertEquals(condition, Ntk.conditionNumber(net, batch(), 5), 1e-3 * condition);
        }
    }

    /** Its own classifier is zero, behind which nothing else had a gradient. */
    @ParameterizedTest
    @ValueSource(strings = {"vit_micro", "resnet_micro"})
    void networksAreAsBefore(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Map<String, float[]> before = Nets.values(model.namedParameters());
            double found = Ntk.conditionNumber(model, Nets.batch(4), 0);
            assertTrue(found > 1 && found < 1e6, "condition number " + found);
            assertEquals(found, Ntk.conditionNumber(model, Nets.batch(4), 0));
            Nets.values(model.namedParameters())
                    .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
        }
    }

    @Test
    void equalImagesHaveNoConditionNumber() {
        try (NDManager manager = Torch.newManager()) {
            TanhNet tanh = new TanhNet(new ImageSpec(1, 4, CLASSES), HIDDEN);
            tanh.initialize(manager, 3);
            float[] twice = new float[2 * INPUTS];
            Arrays.fill(twice, 0.5f);
            Batch equal = new Batch(twice, new int[2], 1, 4);
            assertEquals(Double.POSITIVE_INFINITY, Ntk.conditionNumber(tanh, equal, 0));
        }
    }

    @Test
    void oneImageAndNoClassifierAreRefused() {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, "resnet_micro");
            assertThrows(IllegalArgumentException.class, () -> Ntk.conditionNumber(model, Nets.batch(1), 0));
            // Its last layer is none by its role.
            LinearNet net = new LinearNet();
            net.initialize(manager, 1);
            var refused = assertThrows(IllegalArgumentException.class, () -> Ntk.conditionNumber(net, batch(), 0));
            assertTrue(refused.getMessage().contains("CLASSIFIER"), refused.getMessage());
        }
    }

    /** Eigenvalues 3 and 1 of [[2, 1], [1, 2]]; one entry is off by a last bit, as products on some processors are. */
    @Test
    void kernelsThatAreSymmetricButForRoundingAreTaken() {
        double[][] kernel = {{2, 1 + 1e-7}, {1, 2}};
        assertEquals(3, Ntk.condition(kernel), 1e-6);
    }
}
