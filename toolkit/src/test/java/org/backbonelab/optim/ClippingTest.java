package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.Graphs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Global-norm clipping against torch; adaptive clipping, NFNets section 4, unit by unit. */
class ClippingTest {
    private static final double LAMBDA = 0.01;

    @ParameterizedTest
    @CsvSource({"0.5", "1000.0"})
    void globalNormClippingFollowsTorch(double maxNorm) {
        Golden golden = Golden.load("clipping");
        String key = String.valueOf(maxNorm);
        List<Shape> shapes = List.of(new Shape(), new Shape(5), new Shape(3, 4), new Shape(2, 3, 2, 2));
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> gradients = new ArrayList<>();
            for (int k = 0; k < shapes.size(); k++) {
                gradients.add(Golden.fill(manager, shapes.get(k), k));
            }
            double norm = Clipping.byGlobalNorm(manager, gradients, maxNorm);
            assertEquals(golden.values(key, "norm")[0], norm, 1e-5 * norm);
            Golden.assertClose(golden.values(key, "grad"), Golden.concat(gradients), "gradients");
        }
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "'6', 1", "'3,4', 3", "'2,3,2,2', 2"})
    void unitsAreTheVectorTheRowTheOutputChannel(String axes, int units) {
        long[] lengths = axes.isEmpty()
                ? new long[0]
                : java.util.Arrays.stream(axes.split(",", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
        Shape shape = new Shape(lengths);
        int width = Math.toIntExact(shape.size()) / units;
        try (NDManager manager = Torch.newManager()) {
            NDArray weight = Golden.fill(manager, shape, 1);
            NDArray gradient = Golden.fill(manager, shape, 2);
            float[] w = weight.toFloatArray();
            float[] g = gradient.toFloatArray();
            Clipping.adaptive(List.of(weight), List.of(gradient), LAMBDA);
            float[] clipped = gradient.toFloatArray();
            for (int u = 0; u < units; u++) {
                double limit = LAMBDA * Math.max(norm(w, u, width), 1e-3);
                double factor = Math.min(1, limit / norm(g, u, width));
                for (int i = u * width; i < (u + 1) * width; i++) {
                    assertEquals(g[i] * factor, clipped[i], 1e-5 * Math.abs(g[i] * factor), "value " + i);
                }
            }
            assertArrayEquals(w, weight.toFloatArray(), "the weight is only looked at");
        }
    }

    private static double norm(float[] values, int unit, int width) {
        double sum = 0;
        for (int i = unit * width; i < (unit + 1) * width; i++) {
            sum += (double) values[i] * values[i];
        }
        return Math.sqrt(sum);
    }

    @Test
    void zeroWeightLetsAGradientOfAThousandthOfLambdaThrough() {
        try (NDManager manager = Torch.newManager()) {
            NDArray gradient = manager.create(new float[] {3, 4});
            Clipping.adaptive(List.of(manager.zeros(new Shape(2))), List.of(gradient), LAMBDA);
            assertEquals(0.01 * 1e-3, Math.hypot(gradient.getFloat(0), gradient.getFloat(1)), 1e-10);
        }
    }

    @Test
    void smallAndZeroGradientsStay() {
        try (NDManager manager = Torch.newManager()) {
            NDArray weight = manager.ones(new Shape(2, 2));
            NDArray gradient = manager.create(new float[] {1e-3f, 0, 0, 0}, new Shape(2, 2));
            Clipping.adaptive(List.of(weight), List.of(gradient), LAMBDA);
            assertArrayEquals(new float[] {1e-3f, 0, 0, 0}, gradient.toFloatArray());
        }
    }

    /**
     * A gradient that remembers how it was clipped would hold on to the step's tensors.
     *
     * <p>Recording is on in each new thread, such as a notebook's, and off in the one that started libtorch.
     */
    @Test
    void clippedGradientHoldsNoGraph() throws InterruptedException, ExecutionException {
        ExecutorService fresh = Executors.newSingleThreadExecutor();
        try (NDManager manager = Torch.newManager()) {
            NDArray weight = Golden.fill(manager, new Shape(3, 4), 1);
            NDArray gradient = Golden.fill(manager, new Shape(3, 4), 2);
            weight.setRequiresGradient(true);
            boolean[] recorded = fresh.submit(() -> {
                        Clipping.adaptive(List.of(weight), List.of(gradient), LAMBDA);
                        return new boolean[] {Graphs.isRecorded(weight.mul(2)), Graphs.isRecorded(gradient)};
                    })
                    .get();
            assertArrayEquals(new boolean[] {true, false}, recorded);
        } finally {
            fresh.shutdown();
        }
    }
}
