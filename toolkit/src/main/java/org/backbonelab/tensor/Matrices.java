package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;

/** Spectra of weights by LAPACK, in float64, without gradients; see {@link Kernels}. */
public final class Matrices {
    private static final TorchScript SCRIPT = TorchScript.compile("Matrices", """
            class Matrices(Module):
              # The smaller of the two products has all eigenvalues that are not zero, many times as fast as the SVD.
              def spectrum(self, x: Tensor) -> Tensor:
                t = torch.transpose(x, -2, -1)
                gram = torch.matmul(t, x)
                if x.size(-2) < x.size(-1):
                  gram = torch.matmul(x, t)
                return torch.clamp(torch.linalg_eigvalsh(gram), 0).reshape([-1])

              # A convolution is a stack of k x k matrices.
              def squared_singular_values(self, x: Tensor) -> Tensor:
                y = torch.to(x, 7)
                if x.dim() == 4:
                  y = y.permute([2, 3, 0, 1]).reshape([-1, x.size(0), x.size(1)])
                return self.spectrum(y)

              def covariance_spectrum(self, x: Tensor) -> Tensor:
                y = torch.to(x, 7).reshape([x.size(0), -1])
                return self.spectrum(y - torch.mean(y, [0], True)) / (x.size(0) - 1)
            """);

    private Matrices() {}

    /**
     * Returns the eigenvalues of W^T W that can differ from zero; below 1e-13 of the largest they are rounding.
     *
     * @param weight (out, in), or (out, in, k, k): then of each of its k x k matrices W
     * @return min(out, in) of each matrix in ascending order, one matrix after the other
     */
    public static double[] squaredSingularValues(NDArray weight) {
        return values("squared_singular_values", weight);
    }

    /**
     * Returns the eigenvalues of the covariance of a weight's rows that can differ from zero, in ascending order.
     *
     * @param weight (out, ...), flattened to (out, in): out observations of in values
     */
    public static double[] covarianceSpectrum(NDArray weight) {
        return values("covariance_spectrum", weight);
    }

    private static double[] values(String method, NDArray weight) {
        return Torch.withoutGradients(() -> {
            try (NDArray out = SCRIPT.array(weight.getManager(), method, weight)) {
                return out.toDoubleArray();
            }
        });
    }
}
