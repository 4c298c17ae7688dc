package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;

/**
 * The Hessian's spectrum as one random direction sees it: Lanczos's iteration with full re-orthogonalisation (Golub and
 * Meurant, "Matrices, Moments and Quadrature", 2010, chapters 4 and 6; PyHessian, arXiv 1912.07145, algorithm 3).
 *
 * <p>From a start q of unit length it makes a tridiagonal T whose eigenvalues are nodes of a quadrature rule: a sum of
 * w_i f(node_i) is q' f(H) q, exact for polynomials of degree below 2 k after k steps. For random q that is an estimate of
 * the mean of f over all eigenvalues. The outer nodes are near the outer eigenvalues, and never beyond them. It takes one
 * product with the Hessian a step, and memory for one float32 vector a step.
 *
 * @param nodes eigenvalues of T, ascending; fewer than the steps asked for where the directions are exhausted
 * @param weights of the nodes: squares of the first entries of T's eigenvectors; their sum is 1
 */
record Lanczos(double[] nodes, double[] weights) {
    /** Of the largest entry of T: a remainder below it is rounding of float32. */
    private static final double NOISE = 1e-6;

    private static final TorchScript SCRIPT = TorchScript.compile("Lanczos", """
            class Lanczos(Module):
              # Row k of the basis as arrays of the weights' shapes.
              def row(self, basis: Tensor, k: int, like: List[Tensor]) -> List[Tensor]:
                flat = basis.select(0, k)
                out: List[Tensor] = []
                at = 0
                for x in like:
                  out.append(flat.narrow(0, at, x.numel()).reshape(x.size()))
                  at = at + x.numel()
                return out

              # Puts what is new in a list of arrays into row k, of unit length: orthogonal to the rows before, twice, for
              # once leaves the rounding of the difference. Gives the length, and the product with row k - 1.
              def extend(self, basis: Tensor, k: int, arrays: List[Tensor]) -> Tensor:
                parts: List[Tensor] = []
                for x in arrays:
                  parts.append(x.reshape([-1]))
                w = torch.cat(parts)
                along = torch.zeros_like(w.sum())
                if k > 0:
                  known = basis.narrow(0, 0, k)
                  along = torch.dot(w, basis.select(0, k - 1))
                  for i in range(2):
                    w = w - torch.mv(known.t(), torch.mv(known, w))
                length = w.norm()
                if k < basis.size(0):
                  basis.select(0, k).copy_(w / length.clamp(1e-30))
                return torch.stack([along, length])
            """);

    /** Starts from the direction of random signs, as PyHessian does. */
    static Lanczos of(WeightSpace space, long seed, int steps) {
        return from(space, space.randomSigns(seed), steps, 0);
    }

    /**
     * Returns the largest eigenvalue, from random signs: the largest node once a step changes it by little.
     *
     * @param most steps to make
     * @param tolerance the share of itself by which it may still change
     */
    static double top(WeightSpace space, long seed, int most, double tolerance) {
        return from(space, space.randomSigns(seed), most, tolerance).highest();
    }

    /**
     * Makes the steps.
     *
     * @param start of any length above 0
     * @param tolerance the largest node's change by a step, as a share, that ends it; 0 for all steps
     * @throws IllegalArgumentException if there is no step to make
     */
    static Lanczos from(WeightSpace space, List<NDArray> start, int steps, double tolerance) {
        if (steps < 1) {
            throw new IllegalArgumentException("steps is " + steps + ", expected 1 or more");
        }
        int most = (int) Math.min(steps, space.size());
        double[] diagonal = new double[most];
        double[] beside = new double[most];
        int made = 0;
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray basis = manager.zeros(new Shape(most, space.size()));
            extend(basis, 0, start);
            double largest = 0;
            double top = Double.NaN;
            for (boolean more = true; more && made < most; made++) {
                double[] found = step(space, basis, made);
                diagonal[made] = found[0];
                beside[made] = found[1];
                largest = Math.max(largest, Math.max(Math.abs(found[0]), found[1]));
                more = found[1] > NOISE * largest;
                if (tolerance > 0 && more) {
                    double next = of(Arrays.copyOf(diagonal, made + 1), Arrays.copyOf(beside, made))
                            .highest();
                    more = !(Math.abs(next - top) <= tolerance * Math.abs(next));
                    top = next;
                }
            }
        }
        return of(Arrays.copyOf(diagonal, made), Arrays.copyOf(beside, made - 1));
    }

    private static double[] step(WeightSpace space, NDArray basis, int k) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<NDArray> q =
                    Torch.withoutGradients(() -> SCRIPT.arrays(basis.getManager(), "row", basis, k, space.origin()));
            return extend(basis, k + 1, space.hessianProduct(q));
        }
    }

    private static double[] extend(NDArray basis, int k, List<NDArray> arrays) {
        return Torch.withoutGradients(() -> {
            float[] found =
                    SCRIPT.array(basis.getManager(), "extend", basis, k, arrays).toFloatArray();
            return new double[] {found[0], found[1]};
        });
    }

    private static Lanczos of(double[] diagonal, double[] beside) {
        if (!Arrays.stream(diagonal).allMatch(Double::isFinite)) {
            return new Lanczos(new double[] {Double.NaN}, new double[] {1});
        }
        // Its eigenvalues are descending, its eigenvectors the columns of V.
        EigenDecompositionSymmetric t = new EigenDecompositionSymmetric(diagonal, beside, NOISE * NOISE, true);
        RealMatrix v = t.getV();
        int n = diagonal.length;
        double[] nodes = new double[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            nodes[i] = t.getEigenvalue(n - 1 - i);
            weights[i] = v.getEntry(0, n - 1 - i) * v.getEntry(0, n - 1 - i);
        }
        return new Lanczos(nodes, weights);
    }

    private double highest() {
        return nodes[nodes.length - 1];
    }
}
