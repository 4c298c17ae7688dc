package org.backbonelab.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import org.backbonelab.testing.Graphs;
import org.junit.jupiter.api.Test;

class TorchTest {
    @Test
    void engineIsTheVersionThatIsTestedHere() {
        assertEquals("PyTorch", Torch.engine().getEngineName());
        assertTrue(Torch.version().startsWith("2.7.1"), Torch.version());
    }

    @Test
    void threadsAreSetAndBadOnesRefused() {
        int before = Torch.threads();
        try {
            Torch.setThreads(2);
            assertEquals(2, Torch.threads());
        } finally {
            Torch.setThreads(before);
        }
        assertThrows(IllegalArgumentException.class, () -> Torch.setThreads(0));
    }

    @Test
    void nothingIsRecordedWithoutGradients() {
        try (NDManager manager = Torch.newManager()) {
            NDArray w = manager.create(new float[] {1, 2});
            w.setRequiresGradient(true);
            try (GradientCollector collector = Torch.engine().newGradientCollector()) {
                NDArray hidden = Torch.withoutGradients(() -> w.mul(2));
                NDArray seen = w.mul(3);
                assertFalse(Graphs.isRecorded(hidden));
                assertTrue(Graphs.isRecorded(seen), "recording is on again afterwards");
                Torch.zeroGradient(w);
                collector.backward(seen.add(hidden).sum());
            }
            assertArrayEquals(new float[] {3, 3}, w.getGradient().toFloatArray());
        }
    }

    @Test
    void recordingComesBackAfterAnException() {
        try (NDManager manager = Torch.newManager()) {
            NDArray w = manager.create(new float[] {1, 2});
            w.setRequiresGradient(true);
            try (GradientCollector collector = Torch.engine().newGradientCollector()) {
                assertThrows(
                        IllegalStateException.class,
                        () -> Torch.withoutGradients(() -> {
                            throw new IllegalStateException("on purpose");
                        }));
                collector.backward(w.mul(3).sum());
            }
            assertArrayEquals(new float[] {3, 3}, w.getGradient().toFloatArray());
            Torch.zeroGradient(w);
            assertArrayEquals(new float[2], w.getGradient().toFloatArray());
        }
    }

    @Test
    void theEngineStartsWithoutTellingAnybody() {
        Torch.engine();
        assertEquals("true", System.getProperty("OPT_OUT_TRACKING"));
    }
}
