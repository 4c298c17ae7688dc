package org.backbonelab.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.Test;

class LayerTest {
    @Test
    void initialValuesDependOnSeedAndName() {
        try (NDManager manager = Torch.newManager()) {
            float[] first = weight(manager, 1);
            assertArrayEquals(first, weight(manager, 1));
            assertFalse(Arrays.equals(first, weight(manager, 2)));
            Mlp mlp = new Mlp(4, 4, Init.normal(1), Init.ZEROS, "act");
            mlp.initialize(manager, 1);
            float[] fc1 = mlp.namedParameters().get("fc1.weight").getArray().toFloatArray();
            float[] fc2 = mlp.namedParameters().get("fc2.weight").getArray().toFloatArray();
            assertFalse(Arrays.equals(fc1, fc2), "two layers of one shape started equal");
        }
    }

    private static float[] weight(NDManager manager, long seed) {
        Linear linear = new Linear(3, 4, Init.normal(1));
        linear.initialize(manager, seed);
        return linear.namedParameters().get("weight").getArray().toFloatArray();
    }

    @Test
    void namesAreInOrderOfDeclaration() {
        assertEquals(
                List.of("qkv.weight", "qkv.bias", "proj.weight", "proj.bias"),
                List.copyOf(new Attention(4, 2, Init.ZEROS).namedParameters().keySet()));
    }

    @Test
    void initialisersHaveTheirDeviation() {
        Shape conv = new Shape(64, 32, 3, 3);
        assertEquals(Math.sqrt(2.0 / (64 * 9)), deviation(Init.heFanOut(), conv), 1e-3);
        assertEquals(Math.sqrt(1.0 / (32 * 9)), deviation(Init.leCun(), conv), 1e-3);
        Shape matrix = new Shape(96, 64);
        double bound = Math.sqrt(6.0 / (96 + 64));
        assertEquals(bound / Math.sqrt(3), deviation(Init.xavierUniform(), matrix), 4e-3);
        for (float v : Init.xavierUniform().values(matrix, Seeds.stream(0, "test"))) {
            assertEquals(0, v, bound);
        }
    }

    private static double deviation(Init init, Shape shape) {
        double sum = 0;
        for (float v : init.values(shape, Seeds.stream(0, "test"))) {
            sum += (double) v * v;
        }
        return Math.sqrt(sum / shape.size());
    }

    @Test
    void multiplyAddsAreCounted() {
        try (NDManager manager = Torch.newManager()) {
            Conv conv = new Conv(new Conv.Spec(4, 6, 3, 2, 1, 2), Init.ZEROS, true);
            conv.initialize(manager, 0);
            Pass pass = Pass.evaluation();
            conv.apply(manager.zeros(new Shape(2, 4, 8, 8)), pass);
            // images x output positions x output channels x inputs of a group x kernel
            assertEquals(2L * 4 * 4 * 6 * 2 * 9, pass.macs());
            Attention attention = new Attention(8, 2, Init.ZEROS);
            attention.initialize(manager, 0);
            Pass second = Pass.evaluation();
            attention.apply(manager.zeros(new Shape(1, 5, 8)), second);
            // four 8 x 8 products a token, then scores and mixture
            assertEquals(5L * 4 * 8 * 8 + 2L * 5 * 5 * 8, second.macs());
        }
    }

    @Test
    void badGeometryIsToldAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> new Conv.Spec(4, 6, 3, 1, 1, 3));
        assertThrows(IllegalArgumentException.class, () -> new Attention(6, 4, Init.ZEROS));
        try (NDManager manager = Torch.newManager()) {
            Linear linear = new Linear(3, 4, Init.ZEROS);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> linear.initialize(manager, DataType.FLOAT16, new Shape(1, 3)));
        }
    }

    @Test
    void convolutionOfOnesCountsItsInputs() {
        try (NDManager manager = Torch.newManager()) {
            Conv conv = new Conv(Conv.Spec.same(2, 1, 3, 1), Init.ONES, false);
            conv.initialize(manager, 0);
            NDArray y = conv.apply(manager.ones(new Shape(1, 2, 3, 3)), Pass.evaluation());
            assertArrayEquals(new float[] {8, 12, 8, 12, 18, 12, 8, 12, 8}, y.toFloatArray());
        }
    }
}
