package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BaseOptimizerTest {
    static Set<String> names() {
        return Optimizers.names();
    }

    private static BaseOptimizer create(String name, double lr, double decay) {
        return Optimizers.get(name).factory().build(lr, decay);
    }

    @ParameterizedTest
    @MethodSource("names")
    void updateClearsTheGradientAndKeepsTheLeaf(String name) {
        try (NDManager manager = Torch.newManager()) {
            NDArray w = Golden.fill(manager, new Shape(3, 2), 1);
            w.setRequiresGradient(true);
            BaseOptimizer optimizer = create(name, 0.01, 0.1);
            lookFirst(name, optimizer, "w", manager);
            for (int i = 0; i < 2; i++) {
                float[] before = w.toFloatArray();
                backward(w);
                assertTrue(w.getGradient().abs().sum().getFloat() > 0);
                optimizer.update("w", w, w.getGradient());
                assertArrayEquals(new float[6], w.getGradient().toFloatArray());
                assertFalse(Arrays.equals(before, w.toFloatArray()));
            }
            assertTrue(w.hasGradient(), "still trained");
        }
    }

    /** Makes the first step of SOAP, which moves nothing. */
    private static void lookFirst(String name, BaseOptimizer optimizer, String id, NDManager manager) {
        if (name.equals("soap")) {
            NDArray w = Golden.fill(manager, new Shape(3, 2), 3);
            float[] before = w.toFloatArray();
            optimizer.step(List.of(id), List.of(w), List.of(Golden.fill(manager, new Shape(3, 2), 4)));
            assertArrayEquals(before, w.toFloatArray(), "the first step only looks");
        }
    }

    private static void backward(NDArray w) {
        try (GradientCollector collector = Torch.engine().newGradientCollector()) {
            collector.backward(w.square().sum());
        }
    }

    /** With a zero gradient, decay is all that moves a weight: in two calls of the same values, one is exempt. */
    @ParameterizedTest
    @MethodSource("names")
    void exemptParametersAreNotDecayed(String name) {
        assumeFalse(name.equals("prodigy"), "does nothing without a gradient, as its authors' code");
        try (NDManager manager = Torch.newManager()) {
            NDArray decayed = Golden.fill(manager, new Shape(3, 2), 1);
            NDArray exempt = Golden.fill(manager, new Shape(3, 2), 1);
            float[] before = exempt.toFloatArray();
            BaseOptimizer optimizer = create(name, 0.1, 0.1);
            optimizer.group("exempt", 0, 1);
            lookFirst(name, optimizer, "decayed", manager);
            lookFirst(name, optimizer, "exempt", manager);
            optimizer.update("decayed", decayed, manager.zeros(new Shape(3, 2)));
            optimizer.update("exempt", exempt, manager.zeros(new Shape(3, 2)));
            assertArrayEquals(before, exempt.toFloatArray());
            float[] after = decayed.toFloatArray();
            for (int i = 0; i < before.length; i++) {
                assertTrue(Math.abs(after[i]) < Math.abs(before[i]), "value " + i + " did not shrink");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void rateZeroMovesNothing(String name) {
        try (NDManager manager = Torch.newManager()) {
            NDArray w = Golden.fill(manager, new Shape(4), 1);
            float[] before = w.toFloatArray();
            create(name, 0, 0.1).update("w", w, Golden.fill(manager, new Shape(4), 2));
            assertArrayEquals(before, w.toFloatArray());
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void badNumbersAreRefused(String name) {
        for (double bad : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            String lr = assertThrows(IllegalArgumentException.class, () -> create(name, bad, 0))
                    .getMessage();
            assertTrue(lr.startsWith("learning rate is " + bad), lr);
            String decay = assertThrows(IllegalArgumentException.class, () -> create(name, 0.1, bad))
                    .getMessage();
            assertTrue(decay.startsWith("weight decay is " + bad), decay);
        }
    }

    @Test
    void lambLeavesAZeroTensorUnscaled() {
        try (NDManager manager = Torch.newManager()) {
            NDArray w = manager.zeros(new Shape(2));
            new Lamb(0.01, 0, false).update("w", w, manager.create(new float[] {3, -3}));
            assertArrayEquals(new float[] {-0.01f, 0.01f}, w.toFloatArray(), 1e-7f);
        }
    }
}
