package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.TreeSet;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;

class LookaheadTest {
    private static final Shape SHAPE = new Shape(3, 2);

    private static float[] run(BaseOptimizer optimizer, int steps) {
        try (NDManager manager = Torch.newManager()) {
            NDArray w = Golden.fill(manager, SHAPE, 1);
            for (int t = 1; t <= steps; t++) {
                optimizer.step(List.of("w"), List.of(w), List.of(Golden.fill(manager, SHAPE, 10.0 * t)));
            }
            return w.toFloatArray();
        }
    }

    /** SGD without momentum's memory would do; with momentum the fast weights' path shows that its state is kept. */
    @Test
    void followsItsDefinition() {
        double[] fast = floats(Golden.fill(6, 1, 1, 0));
        double[] slow = fast.clone();
        double[] m = new double[6];
        for (int t = 1; t <= 7; t++) {
            float[] g = Golden.fill(6, 10.0 * t, 1, 0);
            for (int i = 0; i < 6; i++) {
                m[i] = 0.9 * m[i] + g[i];
                fast[i] -= 0.1 * m[i];
                if (t % 3 == 0) {
                    slow[i] += 0.4 * (fast[i] - slow[i]);
                    fast[i] = slow[i];
                }
            }
        }
        float[] actual = run(new Lookahead(new Sgd(0.1, 0, false), 3, 0.4), 7);
        Golden.assertClose(fast, actual, "look-ahead");
    }

    private static double[] floats(float[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    @Test
    void alphaOneIsTheInnerOptimizer() {
        float[] plain = run(Optimizers.get("adan").factory().build(0.01, 0.1), 12);
        float[] wrapped = run(new Lookahead(Optimizers.get("adan").factory().build(0.01, 0.1), 5, 1), 12);
        assertArrayEquals(plain, wrapped);
    }

    @Test
    void restoredItGoesOnWithTheSameBits() {
        float[] unbroken = run(wrapped(), 12);
        try (NDManager manager = Torch.newManager()) {
            NDArray w = Golden.fill(manager, SHAPE, 1);
            BaseOptimizer first = wrapped();
            BaseOptimizer second = wrapped();
            for (int t = 1; t <= 12; t++) {
                if (t == 8) {
                    second.restore(first.state(), first.steps());
                }
                (t < 8 ? first : second).step(List.of("w"), List.of(w), List.of(Golden.fill(manager, SHAPE, 10.0 * t)));
            }
            assertArrayEquals(unbroken, w.toFloatArray());
            assertEquals(
                    new TreeSet<>(List.of("w/exp_avg", "w/exp_avg_sq", "w/slow")),
                    second.state().keySet());
        }
    }

    private static BaseOptimizer wrapped() {
        return new Lookahead(Optimizers.get("adamw").factory().build(0.01, 0.1), 5, 0.5);
    }

    @Test
    void rateAndGroupsAreSetOnTheWrapper() {
        BaseOptimizer optimizer = new Lookahead(new Sgd(0.1, 0.1, false), 2, 0.5);
        optimizer.group("w", 0, 0);
        assertArrayEquals(Golden.fill(6, 1, 1, 0), run(optimizer, 4));
    }

    @Test
    void curvatureGoesToTheInnerOptimizer() {
        BaseOptimizer optimizer = new Lookahead(new Sophia(0.01, 0, false), 2, 0.5);
        assertTrue(optimizer.wantsCurvature());
        try (NDManager manager = Torch.newManager()) {
            NDArray w = Golden.fill(manager, SHAPE, 1);
            NDArray g = Golden.fill(manager, SHAPE, 2);
            optimizer.curvature(List.of("w"), List.of(w), List.of(g), 4);
            float[] expected = g.square().mul(0.01f * 4).toFloatArray();
            assertArrayEquals(expected, optimizer.state().get("w/hessian").toFloatArray(), 1e-7f);
            optimizer.step(List.of("w"), List.of(w), List.of(g));
        }
        assertFalse(optimizer.wantsCurvature());
        assertFalse(new Lookahead(new Sgd(0.1, 0, false), 2, 0.5).wantsCurvature());
    }

    @Test
    void badNumbersAreNamed() {
        Sgd sgd = new Sgd(0.1, 0, false);
        String k = assertThrows(IllegalArgumentException.class, () -> new Lookahead(sgd, 0, 0.5))
                .getMessage();
        assertEquals("look-ahead k is 0, expected 1 or more", k);
        String alpha = assertThrows(IllegalArgumentException.class, () -> new Lookahead(sgd, 5, Double.NaN))
                .getMessage();
        assertEquals("look-ahead alpha is NaN, expected above 0 and at most 1", alpha);
    }

    @Test
    void optimizersThatKeepAccountOfTheWeightsAreRefused() {
        String prodigy = assertThrows(IllegalArgumentException.class, () -> new Lookahead(new Prodigy(1, 0), 5, 0.5))
                .getMessage();
        assertTrue(prodigy.contains("the state of Prodigy is true only while nothing else does"), prodigy);
    }
}
