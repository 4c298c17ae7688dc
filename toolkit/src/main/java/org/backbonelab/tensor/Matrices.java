package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;

/** Decompositions of matrices by LAPACK, in float64, without gradients; see {@link Kernels}. */
public final class Matrices {
    private static final TorchScript SCRIPT = TorchScript.compile("Matrices", """
            class Matrices(Module):
              def singular_values(self, x: Tensor) -> Tensor:
                return torch.linalg_svdvals(torch.to(x, 7)).reshape([-1])

              # A convolution is a stack of k x k matrices.
              def kernel_singular_values(self, x: Tensor) -> Tensor:
                return self.singular_values(x.permute([2, 3, 0, 1]).reshape([-1, x.size(0), x.size(1)]))

              def centred_singular_values(self, x: Tensor) -> Tensor:
                y = torch.to(x, 7).reshape([x.size(0), -1])
                return self.singular_values(y - torch.mean(y, [0], True))
            """);

    private Matrices() {}

    /**
     * Returns the singular values of a weight.
     *
     * @param weight (out, in), or (out, in, k, k): then of each of its k x k matrices
     * @return min(out, in) of each matrix, the largest first, one matrix after the other
     */
    public static double[] singularValues(NDArray weight) {
        return values(weight.getShape().dimension() == 2 ? "singular_values" : "kernel_singular_values", weight);
    }

    /**
     * Returns the singular values of a weight, flattened to (out, rest), minus the mean of its rows: the roots of the
     * eigenvalues of the rows' covariance, but for a factor.
     */
    public static double[] centredSingularValues(NDArray weight) {
        return values("centred_singular_values", weight);
    }

    private static double[] values(String method, NDArray weight) {
        return Torch.withoutGradients(() -> {
            try (NDArray out = SCRIPT.array(weight.getManager(), method, weight)) {
                return out.toDoubleArray();
            }
        });
    }
}
