package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.Test;

class GradientTest {
    private static boolean areFinite(NDManager manager, List<NDArray> arrays) {
        return new Gradient(0, arrays, true).hasFiniteValues(manager);
    }

    @Test
    void hugeNumbersAreFinite() {
        try (NDManager manager = Torch.newManager()) {
            NDArray fine = manager.full(new Shape(20), -1f);
            NDArray huge = manager.full(new Shape(30, 20), 3e38f);
            assertTrue(areFinite(manager, List.of(fine, huge, fine)), "their sum overflows");
            float inf = Float.POSITIVE_INFINITY;
            for (float[] bad : new float[][] {{1, Float.NaN}, {inf, 1}, {-inf}, {inf, -inf}}) {
                NDArray broken = manager.create(bad);
                assertFalse(areFinite(manager, List.of(fine, broken, fine)), Arrays.toString(bad));
                assertFalse(areFinite(manager, List.of(huge, broken)), Arrays.toString(bad));
            }
            assertTrue(areFinite(
                    manager, IntStream.range(0, 50).mapToObj(i -> fine).toList()));
        }
    }
}
