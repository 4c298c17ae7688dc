package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;

class SpectralDensityTest {
    private static List<Double> list(double... values) {
        return Arrays.stream(values).boxed().toList();
    }

    @Test
    void curveIsThatOfPyHessian() {
        Golden golden = Golden.load("density");
        SpectralDensity.Curve curve = SpectralDensity.curve(
                list(golden.values("trained", "nodes")), list(golden.values("trained", "weights")));
        double[] grid = golden.values("trained", "grid");
        double[] values = golden.values("trained", "values");
        double highest = Arrays.stream(curve.values()).max().orElseThrow();
        for (int i = 0; i < grid.length; i++) {
            assertEquals(grid[i], curve.eigenvalues()[100 * i], 1e-9);
            assertEquals(values[i], curve.values()[100 * i], 1e-7 * highest);
        }
    }

    @Test
    void startsAreJoined() {
        Lanczos first = new Lanczos(new double[] {-1, 0, 3}, new double[] {0.25, 0.5, 0.25});
        Lanczos second = new Lanczos(new double[] {-2, 4}, new double[] {0.5, 0.5});
        SpectralDensity found = SpectralDensity.of(List.of(first, second));
        assertEquals(List.of(-1.0, 0.0, 3.0, -2.0, 4.0), found.nodes());
        assertEquals(List.of(0.125, 0.25, 0.125, 0.25, 0.25), found.weights());
        assertEquals(List.of(4.0, 0.0, -1.0), found.top());
        assertEquals(-2, found.lowest());
    }

    @Test
    void fewStartsFindTheEigenvaluesOfATrainedNetwork() {
        try (NDManager manager = Torch.newManager()) {
            double[] all = TrainedNet.GOLDEN.values("trained", "eigenvalues");
            SpectralDensity found = SpectralDensity.of(TrainedNet.objective(manager), TrainedNet.batch(), 3, 40, 0);
            assertEquals(120, found.nodes().size());
            assertEquals(1, found.weights().stream().mapToDouble(w -> w).sum(), 1e-9);
            for (int rank = 0; rank < 5; rank++) {
                double expected = all[all.length - 1 - rank];
                assertEquals(expected, found.top().get(rank), 1e-4 * expected);
            }
        }
    }

    @Test
    void whatHasNoDensityIsRefused() {
        var none = assertThrows(IllegalArgumentException.class, () -> SpectralDensity.curve(list(), list()));
        assertTrue(none.getMessage().contains("0 nodes"), none.getMessage());
        assertThrows(IllegalArgumentException.class, () -> SpectralDensity.curve(list(1), list(0.5, 0.5)));
        var diverged =
                assertThrows(IllegalArgumentException.class, () -> SpectralDensity.curve(list(Double.NaN), list(1)));
        assertTrue(diverged.getMessage().contains("diverged"), diverged.getMessage());
        try (NDManager manager = Torch.newManager()) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> SpectralDensity.of(TrainedNet.objective(manager), TrainedNet.batch(), 0, 40, 0));
        }
    }
}
