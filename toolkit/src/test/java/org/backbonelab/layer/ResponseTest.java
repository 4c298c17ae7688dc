package org.backbonelab.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import org.backbonelab.layer.Response.Kind;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResponseTest {
    private static final int CHANNELS = 6;

    /** x of one sample, (1, 2, 2, 6), value by value. */
    private static float at(float[] x, int position, int channel) {
        return x[position * CHANNELS + channel];
    }

    private static double[] byHand(Kind kind, float[] x) {
        double[] g = new double[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            double sum = 0;
            for (int p = 0; p < 4; p++) {
                double v = at(x, p, c);
                sum += kind == Kind.L1 ? Math.abs(v) : kind == Kind.MEAN ? v / 4 : v * v;
            }
            g[c] = kind == Kind.L1 || kind == Kind.MEAN ? sum : Math.sqrt(sum);
        }
        double mean = java.util.Arrays.stream(g).average().orElseThrow();
        double variance = java.util.Arrays.stream(g)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElseThrow();
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double n =
                    switch (kind) {
                        case STANDARDISED -> (g[i % CHANNELS] - mean) / Math.sqrt(variance);
                        case INVERSE -> 1 / mean;
                        default -> g[i % CHANNELS] / mean;
                    };
            out[i] = 2 * x[i] * n + 0.5 + (kind == Kind.NO_RESIDUAL ? 0 : x[i]);
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource(names = {"L1", "MEAN", "STANDARDISED", "INVERSE", "NO_RESIDUAL"})
    void formsOfGrnAreTheirFormulas(Kind kind) {
        try (NDManager manager = Torch.newManager()) {
            Response response = response(manager, kind, CHANNELS);
            for (Parameter p : response.namedParameters().values()) {
                float[] values = new float[CHANNELS];
                java.util.Arrays.fill(values, p.getName().equals("weight") ? 2 : 0.5f);
                Golden.set(p.getArray(), values);
            }
            NDArray x = Golden.fill(manager, new Shape(1, 2, 2, CHANNELS), 0).add(1.5);
            Golden.assertClose(byHand(kind, x.toFloatArray()), response.apply(x, Pass.evaluation()), kind.name());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"L1", "MEAN", "STANDARDISED", "INVERSE"})
    void formsOfGrnStartAsTheIdentity(Kind kind) {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = Golden.fill(manager, new Shape(2, 3, 3, CHANNELS), 0);
            float[] y = response(manager, kind, CHANNELS)
                    .apply(x, Pass.evaluation())
                    .toFloatArray();
            assertArrayEquals(x.toFloatArray(), y);
        }
    }

    /** PyTorch's documented formula: x / (1 + alpha times the mean square of five neighbours) to the power of 0.75. */
    @Test
    void localResponseNormDividesByNeighbouringChannels() {
        try (NDManager manager = Torch.newManager()) {
            NDArray x = Golden.fill(manager, new Shape(1, 1, 2, CHANNELS), 0).mul(30);
            float[] v = x.toFloatArray();
            float[] y = response(manager, Kind.LRN, CHANNELS)
                    .apply(x, Pass.evaluation())
                    .toFloatArray();
            for (int i = 0; i < v.length; i++) {
                double squares = 0;
                for (int c = Math.max(0, i % CHANNELS - 2); c <= Math.min(CHANNELS - 1, i % CHANNELS + 2); c++) {
                    squares += v[i / CHANNELS * CHANNELS + c] * v[i / CHANNELS * CHANNELS + c] / 5.0;
                }
                assertEquals(v[i] / Math.pow(1 + 1e-4 * squares, 0.75), y[i], 1e-5 * Math.abs(v[i]));
            }
        }
    }

    /** A gate is between 0 and 1, and one number a channel of SE, which does not look at where. */
    @Test
    void squeezeAndExcitationScalesChannels() {
        try (NDManager manager = Torch.newManager()) {
            Response response = response(manager, Kind.SE, 32);
            NDArray x = Golden.fill(manager, new Shape(1, 2, 2, 32), 1);
            float[] gate = response.apply(x, Pass.evaluation()).div(x).toFloatArray();
            for (int i = 32; i < gate.length; i++) {
                assertEquals(gate[i % 32], gate[i], 1e-5);
            }
            assertTrue(gate[0] > 0 && gate[0] < 1);
        }
    }

    /** Patches that were taken out are gated by their neighbours where they were: of all of them, as on whole images. */
    @ParameterizedTest
    @EnumSource(names = {"CBAM", "SE", "BN", "LN", "LRN"})
    void ofAllPatchesEqualsWholeImages(Kind kind) {
        try (NDManager manager = Torch.newManager()) {
            Response response = response(manager, kind, 16);
            Golden.fillParameters(response);
            NDArray x = Golden.fill(manager, new Shape(2, 16, 4, 4), 0);
            Patches all = new Patches(manager.ones(new Shape(2, 1, 2, 2)));
            NDArray whole = response.apply(x.transpose(0, 2, 3, 1), Pass.evaluation());
            NDArray packed = response.apply(
                    all.take(x).transpose(0, 2, 3, 1), Pass.evaluation().withPatches(all));
            NDArray back = all.put(packed.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1);
            assertArrayEquals(whole.toFloatArray(), back.toFloatArray(), 1e-5f);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GRN", "NONE"})
    void whatIsNoResponseOfThisKindIsRefused(Kind kind) {
        assertThrows(IllegalArgumentException.class, () -> new Response(kind, 4));
    }

    private static Response response(NDManager manager, Kind kind, int channels) {
        Response response = new Response(kind, channels);
        response.initialize(manager, 3);
        assertEquals(kind, response.kind());
        return response;
    }
}
