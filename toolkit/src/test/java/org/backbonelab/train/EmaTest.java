package org.backbonelab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.backbonelab.recipe.Ema;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;

class EmaTest {
    @Test
    void decayGrowsAsTheReferencesSay() {
        Golden golden = Golden.load("schedules");
        double[] steps = golden.values("averages", "steps");
        Map<String, Ema> cases = Map.of(
                "constant", Ema.of(0.9999),
                "power", new Ema(0.9999, Ema.Warmup.POWER),
                "rational", new Ema(0.99999, Ema.Warmup.RATIONAL));
        cases.forEach((name, ema) -> {
            double[] expected = golden.values("averages", name);
            for (int i = 0; i < steps.length; i++) {
                assertEquals(expected[i], ema.at((long) steps[i]), 1e-12, name + " at " + steps[i]);
            }
        });
    }

    @Test
    void averagesSwapsAndPutsBack() {
        try (NDManager manager = Torch.newManager()) {
            NDArray live = manager.create(new float[] {1, 2});
            WeightCopy copy = new WeightCopy(Map.of("w", live));
            live.set(new float[] {3, 6});
            copy.average(0.75);
            assertArrayEquals(new float[] {1.5f, 3}, copy.arrays().get("w").toFloatArray());
            copy.swap();
            assertArrayEquals(new float[] {1.5f, 3}, live.toFloatArray());
            assertArrayEquals(new float[] {3, 6}, copy.arrays().get("w").toFloatArray());
            copy.swap();
            assertArrayEquals(new float[] {3, 6}, live.toFloatArray());
            copy.put();
            assertArrayEquals(new float[] {1.5f, 3}, live.toFloatArray());
            copy.average(0);
            assertArrayEquals(live.toFloatArray(), copy.arrays().get("w").toFloatArray());
            live.set(new float[] {9, 9});
            copy.take();
            assertArrayEquals(new float[] {9, 9}, copy.arrays().get("w").toFloatArray());
        }
    }

    @Test
    void badDecayIsRefused() {
        assertEquals(
                "ema decay is 1.0, expected 0 (off) to below 1",
                assertThrows(IllegalArgumentException.class, () -> Ema.of(1)).getMessage());
    }
}
