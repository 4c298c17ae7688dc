package org.backbonelab.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.Test;

class PassTest {
    @Test
    void dropPathDropsWholeSamplesAndScalesTheRest() {
        try (NDManager manager = Torch.newManager()) {
            NDArray branch = manager.ones(new Shape(1000, 2, 3));
            float[] out = Pass.training(5).dropPath(branch, 0.25).toFloatArray();
            int kept = 0;
            for (int n = 0; n < 1000; n++) {
                float[] sample = Arrays.copyOfRange(out, n * 6, n * 6 + 6);
                float first = sample[0];
                assertTrue(first == 0 || Math.abs(first - 4 / 3f) < 1e-6, "value " + first);
                for (float v : sample) {
                    assertEquals(first, v);
                }
                kept += first == 0 ? 0 : 1;
            }
            // 750 expected, deviation 13.7
            assertEquals(750, kept, 60);
        }
    }

    @Test
    void dropPathIsAFunctionOfSeedAndCall() {
        try (NDManager manager = Torch.newManager()) {
            NDArray branch = manager.ones(new Shape(64, 1));
            Pass pass = Pass.training(5);
            float[] first = pass.dropPath(branch, 0.5).toFloatArray();
            float[] second = pass.dropPath(branch, 0.5).toFloatArray();
            assertArrayEquals(first, Pass.training(5).dropPath(branch, 0.5).toFloatArray());
            assertFalse(Arrays.equals(first, second), "two calls of one pass drew the same");
            assertFalse(
                    Arrays.equals(first, Pass.training(6).dropPath(branch, 0.5).toFloatArray()));
        }
    }

    /** Drops half of what it is given, as DJL's trainer would run it. */
    private static float[] throughDjl(NDManager manager, boolean training) {
        Layer layer = new Layer() {
            @Override
            public NDArray apply(NDArray x, Pass pass) {
                return pass.dropPath(x, 0.5);
            }
        };
        NDList ones = new NDList(manager.ones(new Shape(64, 1)));
        return layer.forward(new ParameterStore(manager, false), ones, training)
                .singletonOrThrow()
                .toFloatArray();
    }

    @Test
    void masksInDjlsTrainerFollowTheEnginesSeed() {
        try (NDManager manager = Torch.newManager()) {
            Torch.engine().setRandomSeed(3);
            float[] first = throughDjl(manager, true);
            float[] second = throughDjl(manager, true);
            assertFalse(Arrays.equals(first, second), "two passes drew the same");
            throughDjl(manager, false);
            Torch.engine().setRandomSeed(3);
            assertArrayEquals(first, throughDjl(manager, true));
            throughDjl(manager, false);
            assertArrayEquals(second, throughDjl(manager, true), "a pass in evaluation draws nothing");
            Torch.engine().setRandomSeed(4);
            assertFalse(Arrays.equals(first, throughDjl(manager, true)), "another seed drew the same");
        } finally {
            // Where nobody has set it, networks start from seed 0.
            Torch.engine().setRandomSeed(0);
        }
    }

    @Test
    void dropPathIsOffInEvaluationAndAtRateZero() {
        try (NDManager manager = Torch.newManager()) {
            NDArray branch = manager.ones(new Shape(4, 1));
            assertSame(branch, Pass.evaluation().dropPath(branch, 0.5));
            assertSame(branch, Pass.training(1).dropPath(branch, 0));
        }
    }

    @Test
    void maskIsRepeatedToTheResolutionOfTheActivation() {
        try (NDManager manager = Torch.newManager()) {
            NDArray mask = manager.create(new float[] {1, 0, 0, 1}, new Shape(1, 1, 2, 2));
            Pass pass = Pass.evaluation().withVisible(mask);
            float[] expected = {1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1};
            NDArray up = pass.visible(manager.zeros(new Shape(1, 8, 4, 4)));
            assertEquals(new Shape(1, 1, 4, 4), up.getShape());
            assertArrayEquals(expected, up.toFloatArray());
        }
    }
}
