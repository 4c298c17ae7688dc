package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Nets;
import org.backbonelab.train.objective.Supervised;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HessianTest {
    private static final int N = 12;
    private static final int D = LinearNet.INPUTS;
    private static final int K = LinearNet.CLASSES;

    private static Batch batch() {
        int[] labels = new int[N];
        java.util.Arrays.setAll(labels, i -> i % K);
        return new Batch(Golden.fill((long) N * D, 0, 1, 0.5), labels, 1, 4);
    }

    @Test
    void topEigenvalueOfSoftmaxRegressionIsTheClosedFormsOne() {
        try (NDManager manager = Torch.newManager()) {
            LinearNet net = new LinearNet();
            net.initialize(manager, 1);
            RealMatrix dense = hessian(net);
            double[] all = new EigenDecompositionSymmetric(dense).getEigenvalues();
            double expected = java.util.Arrays.stream(all).max().orElseThrow();
            Hessian.Top top = Hessian.top(new Supervised(net, 0), batch(), 3);
            assertEquals(expected, top.eigenvalue(), 0.002 * expected);
            assertTrue(top.iterations() >= 2);
        }
    }

    /**
     * All eigenvalues are torch's, in float64, of a network after some training; the second is 0.86 of the first. What the
     * tolerance leaves is within 0.4 % but for starts that stop at the second one.
     */
    @Test
    void topEigenvalueOfATrainedNetworkIsTheFullDecompositionsOne() {
        double[] all = TrainedNet.GOLDEN.values("trained", "eigenvalues");
        double expected = all[all.length - 1];
        assertTrue(expected > 10 * Math.abs(all[0]), "its magnitude is the largest");
        Batch batch = TrainedNet.batch();
        try (NDManager manager = Torch.newManager()) {
            Supervised objective = TrainedNet.objective(manager);
            assertEquals(TrainedNet.GOLDEN.values("trained", "loss")[0], loss(objective, batch), 1e-6);
            int close = 0;
            for (long seed = 0; seed < 20; seed++) {
                Hessian.Top top = Hessian.top(objective, batch, seed);
                assertTrue(top.eigenvalue() < expected * 1.00001, "no vector gives more");
                assertTrue(top.iterations() >= 2 && top.iterations() < 100, top::toString);
                close += top.eigenvalue() > expected * (1 - 0.004) ? 1 : 0;
            }
            assertTrue(close >= 18, close + " of 20 starts are close");
        }
    }

    private static double loss(Supervised objective, Batch batch) {
        try (WeightSpace space = new WeightSpace(objective, batch)) {
            return space.loss();
        }
    }

    @Test
    void productsAreThoseOfTheDenseMatrix() {
        try (NDManager manager = Torch.newManager()) {
            LinearNet net = new LinearNet();
            net.initialize(manager, 1);
            RealMatrix dense = hessian(net);
            try (WeightSpace space = new WeightSpace(new Supervised(net, 0), batch())) {
                List<NDArray> v = space.randomDirection(5);
                WeightSpace.scale(v, 1 / WeightSpace.norm(v));
                float[] flat = Golden.concat(v);
                double[] direction = new double[flat.length];
                java.util.Arrays.setAll(direction, i -> flat[i]);
                List<NDArray> product = space.hessianProduct(v);
                float[] found = Golden.concat(product);
                double[] expected = dense.operate(direction);
                double largest =
                        java.util.Arrays.stream(expected).map(Math::abs).max().orElseThrow();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], found[i], 1e-5 * largest, "value " + i);
                }
            }
        }
    }

    /** Mean over samples of (diag(p) - p p') x (x 1)(x 1)', parameters in the order weight, bias. */
    private static RealMatrix hessian(LinearNet net) {
        float[] w = net.namedParameters().get("fc.weight").getArray().toFloatArray();
        float[] b = net.namedParameters().get("fc.bias").getArray().toFloatArray();
        float[] x = batch().pixels();
        RealMatrix out = MatrixUtils.createRealMatrix(K * D + K, K * D + K);
        for (int n = 0; n < N; n++) {
            double[] p = probabilities(w, b, x, n);
            for (int r = 0; r < K * (D + 1); r++) {
                for (int c = 0; c < K * (D + 1); c++) {
                    int k = r / (D + 1);
                    int l = c / (D + 1);
                    double curvature = (k == l ? p[k] : 0) - p[k] * p[l];
                    out.addToEntry(
                            index(r), index(c), curvature * input(x, n, r % (D + 1)) * input(x, n, c % (D + 1)) / N);
                }
            }
        }
        return out;
    }

    private static int index(int row) {
        int k = row / (D + 1);
        int i = row % (D + 1);
        return i == D ? K * D + k : k * D + i;
    }

    private static double input(float[] x, int n, int i) {
        return i == D ? 1 : x[n * D + i];
    }

    private static double[] probabilities(float[] w, float[] b, float[] x, int n) {
        double[] p = new double[K];
        double sum = 0;
        for (int k = 0; k < K; k++) {
            double logit = b[k];
            for (int i = 0; i < D; i++) {
                logit += (double) w[k * D + i] * x[n * D + i];
            }
            p[k] = Math.exp(logit);
            sum += p[k];
        }
        for (int k = 0; k < K; k++) {
            p[k] /= sum;
        }
        return p;
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet_micro", "vit_micro", "nfnet_micro_w16"})
    void weightsAndStatisticsAreAsBefore(String name) {
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Nets.create(manager, name);
            Map<String, float[]> before = Nets.values(model.namedParameters());
            Hessian.top(new Supervised(model, 0), Nets.batch(4), 0);
            Nets.values(model.namedParameters())
                    .forEach((key, after) -> assertArrayEquals(before.get(key), after, key));
        }
    }
}
