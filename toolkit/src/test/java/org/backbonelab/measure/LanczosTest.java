package org.backbonelab.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.backbonelab.data.Batch;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.backbonelab.train.objective.Supervised;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;

/** Against the full decomposition of the Hessian of networks small enough for it, and against PyHessian. */
class LanczosTest {
    private static final Golden PYHESSIAN = Golden.load("density");

    /** The dense matrix itself is right: torch's eigenvalues, in float64. */
    @Test
    void topEigenvaluesAreThoseOfTheFullDecompositionToFourDigits() {
        try (NDManager manager = Torch.newManager();
                WeightSpace space = new WeightSpace(TrainedNet.objective(manager), TrainedNet.batch())) {
            double[] all = new EigenDecompositionSymmetric(TrainedNet.hessian(manager, space)).getEigenvalues();
            Arrays.sort(all);
            double[] torch = TrainedNet.GOLDEN.values("trained", "eigenvalues");
            assertArrayEquals(torch, all, 1e-6 * torch[torch.length - 1]);
            for (long seed = 0; seed < 3; seed++) {
                Lanczos found = Lanczos.of(space, seed, 40);
                double[] nodes = found.nodes();
                assertEquals(40, nodes.length);
                for (int rank = 1; rank <= 5; rank++) {
                    double expected = all[all.length - rank];
                    assertEquals(expected, nodes[nodes.length - rank], 1e-4 * expected, "rank " + rank);
                }
                assertEquals(all[0], nodes[0], 1e-4 * Math.abs(all[0]) + 1e-6 * all[all.length - 1]);
                assertEquals(1, Arrays.stream(found.weights()).sum(), 1e-12);
            }
        }
    }

    /** Stopped by its own change, from twenty starts. */
    @Test
    void largestEigenvalueKeepsThreeDigits() {
        try (NDManager manager = Torch.newManager();
                WeightSpace space = new WeightSpace(TrainedNet.objective(manager), TrainedNet.batch())) {
            double[] all = TrainedNet.GOLDEN.values("trained", "eigenvalues");
            double expected = all[all.length - 1];
            for (long seed = 0; seed < 20; seed++) {
                assertEquals(expected, Lanczos.top(space, seed, 30, 1e-4), 5e-4 * expected, "start " + seed);
            }
        }
    }

    /** The rule from every unit vector: their mean is exact, since shares of an eigenvector along all of them add up to 1. */
    @Test
    void densityIsThatOfTheFullDecompositionWithinAPercentInArea() {
        try (NDManager manager = Torch.newManager();
                WeightSpace space = new WeightSpace(TrainedNet.objective(manager), TrainedNet.batch())) {
            List<Double> all = new ArrayList<>();
            for (double value : new EigenDecompositionSymmetric(TrainedNet.hessian(manager, space)).getEigenvalues()) {
                all.add(value);
            }
            Collections.sort(all);
            List<Double> shares = Collections.nCopies(all.size(), 1.0 / all.size());
            List<Lanczos> starts = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                starts.add(Lanczos.from(space, TrainedNet.unit(manager, space, i), 45, 0));
            }
            SpectralDensity found = SpectralDensity.of(starts);
            double area =
                    distance(SpectralDensity.curve(all, shares), SpectralDensity.curve(found.nodes(), found.weights()));
            assertTrue(area < 0.01, "the curves differ by " + area + " in area");
        }
    }

    /** From one start the exact rule has the squared shares of the start along every eigenvector as its weights. */
    @Test
    void densityOfOneStartIsThatOfTheStartsShares() {
        try (NDManager manager = Torch.newManager();
                WeightSpace space = new WeightSpace(TrainedNet.objective(manager), TrainedNet.batch())) {
            RealMatrix hessian = TrainedNet.hessian(manager, space);
            EigenDecompositionSymmetric full = new EigenDecompositionSymmetric(hessian);
            float[] start = Golden.concat(space.randomSigns(5));
            List<Double> all = new ArrayList<>();
            List<Double> shares = new ArrayList<>();
            for (int i = start.length - 1; i >= 0; i--) {
                RealVector u = full.getEigenvector(i);
                double along = 0;
                for (int k = 0; k < start.length; k++) {
                    along += start[k] * u.getEntry(k);
                }
                all.add(full.getEigenvalue(i));
                shares.add(along * along / start.length);
            }
            SpectralDensity found = SpectralDensity.of(List.of(Lanczos.of(space, 5, 60)));
            double area =
                    distance(SpectralDensity.curve(all, shares), SpectralDensity.curve(found.nodes(), found.weights()));
            assertTrue(area < 0.01, "the curves differ by " + area + " in area");
        }
    }

    /** Area between two curves, half of it, as shares that lie elsewhere; both on nearly the same grid. */
    private static double distance(SpectralDensity.Curve a, SpectralDensity.Curve b) {
        double[] x = a.eigenvalues();
        assertEquals(x[0], b.eigenvalues()[0], 1e-4);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.abs(a.values()[i] - b.values()[i]) * (x[1] - x[0]);
        }
        return sum;
    }

    @Test
    void eigenvaluesAndTraceAreThoseOfPyHessian() {
        try (NDManager manager = Torch.newManager();
                WeightSpace space = new WeightSpace(TrainedNet.objective(manager), TrainedNet.batch())) {
            double[] expected = PYHESSIAN.values("trained", "eigenvalues");
            double[] nodes = Lanczos.of(space, 1, 40).nodes();
            for (int rank = 0; rank < expected.length; rank++) {
                assertEquals(expected[rank], nodes[nodes.length - 1 - rank], 1e-3 * expected[rank], "rank " + rank);
            }
            double exact = Arrays.stream(TrainedNet.GOLDEN.values("trained", "eigenvalues"))
                    .sum();
            double[] theirs = PYHESSIAN.values("trained", "trace");
            HessianTrace trace = HessianTrace.of(space, 0, 1000);
            assertEquals(theirs[0], trace.trace(), 3 * Math.hypot(theirs[1], trace.error()));
            assertEquals(exact, trace.trace(), 3 * trace.error());
            assertEquals(theirs[1], trace.error(), 0.15 * theirs[1], "the error itself");
        }
    }

    /** Softmax regression has 48 + 3 parameters and a Hessian of rank 34 at most: fewer steps than asked for. */
    @Test
    void stopsWhereTheDirectionsAreExhausted() {
        try (NDManager manager = Torch.newManager()) {
            LinearNet net = new LinearNet();
            net.initialize(manager, 1);
            int[] labels = {0, 1, 2, 0};
            Batch batch = new Batch(Golden.fill(4L * LinearNet.INPUTS, 0, 1, 0.5), labels, 1, 4);
            try (WeightSpace space = new WeightSpace(new Supervised(net, 0), batch)) {
                double[] all = new EigenDecompositionSymmetric(TrainedNet.hessian(manager, space)).getEigenvalues();
                double expected = Arrays.stream(all).max().orElseThrow();
                Lanczos found = Lanczos.of(space, 2, 51);
                // 4 images and 3 classes: 8 eigenvalues above 0, and 0 itself.
                assertTrue(found.nodes().length <= 12, found.nodes().length + " nodes");
                assertEquals(expected, found.nodes()[found.nodes().length - 1], 1e-5 * expected);
                assertThrows(IllegalArgumentException.class, () -> Lanczos.of(space, 2, 0));
                assertThrows(IllegalArgumentException.class, () -> HessianTrace.of(space, 2, 1));
            }
        }
    }
}
