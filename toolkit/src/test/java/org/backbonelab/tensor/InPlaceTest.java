package org.backbonelab.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InPlaceTest {
    /** What becomes of 4, 8 and 2 where the others are 8, 16 and -2. */
    private record Case(
            String name, BiConsumer<List<NDArray>, List<NDArray>> change, List<Float> arrays, List<Float> others) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        List<Float> others = List.of(8f, 16f, -2f);
        return Stream.of(
                new Case("restore", InPlace::restore, others, others),
                new Case("lerp", (x, y) -> InPlace.lerp(x, y, 0.25), List.of(5f, 10f, 1f), others),
                new Case("swap", InPlace::swap, others, List.of(4f, 8f, 2f)),
                new Case("scale", (x, y) -> InPlace.scale(x, 0.5), List.of(2f, 4f, 1f), others),
                new Case("accumulate", (x, y) -> InPlace.accumulate(x, y, 0.5), List.of(8f, 16f, 1f), others));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void changesEveryArrayOfTheListEvenALeaf(Case expected) {
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> arrays = List.of(manager.create(new float[] {4, 8}), manager.create(new float[] {2}));
            List<NDArray> others = List.of(manager.create(new float[] {8, 16}), manager.create(new float[] {-2}));
            arrays.forEach(array -> array.setRequiresGradient(true));
            expected.change.accept(arrays, others);
            assertArrayEquals(expected.arrays.toArray(), values(arrays));
            assertArrayEquals(expected.others.toArray(), values(others));
        }
    }

    @Test
    void aListTooShortIsAnError() {
        try (NDManager manager = Torch.newManager()) {
            List<NDArray> two = List.of(manager.ones(new Shape(1)), manager.ones(new Shape(1)));
            List<NDArray> one = two.subList(0, 1);
            assertThrows(EngineException.class, () -> InPlace.restore(two, one));
            assertThrows(EngineException.class, () -> InPlace.lerp(two, one, 0.5));
            assertThrows(EngineException.class, () -> InPlace.swap(two, one));
            assertThrows(EngineException.class, () -> InPlace.accumulate(one, two, 1));
            assertThrows(EngineException.class, () -> InPlace.adaptiveClip(two, one, 1));
        }
    }

    private static Object[] values(List<NDArray> arrays) {
        return arrays.stream().flatMap(array -> Stream.of(array.toArray())).toArray();
    }
}
