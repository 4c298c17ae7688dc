package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;

/** Activations that DJL's arrays lack or compute in several calls, a native call each; see {@link Kernels}. */
public final class Pointwise {
    private static final TorchScript SCRIPT = TorchScript.compile("Pointwise", """
            class Pointwise(Module):
              def silu(self, x: Tensor) -> Tensor:
                return torch.silu(x)

              def squared_relu(self, x: Tensor) -> Tensor:
                y = torch.relu(x)
                return y * y

              def relu6(self, x: Tensor) -> Tensor:
                return torch.hardtanh(x, 0., 6.)

              def star_relu(self, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
                y = torch.relu(x)
                return scale * y * y + bias
            """);

    private Pointwise() {}

    /** Computes SiLU, x sigmoid(x). */
    public static NDArray silu(NDArray x) {
        return SCRIPT.array(x.getManager(), "silu", x);
    }

    /** Computes min(max(0, x), 6). */
    public static NDArray relu6(NDArray x) {
        return SCRIPT.array(x.getManager(), "relu6", x);
    }

    /** Computes max(0, x)^2. */
    public static NDArray squaredRelu(NDArray x) {
        return SCRIPT.array(x.getManager(), "squared_relu", x);
    }

    /**
     * Computes StarReLU (arXiv 2210.13452), s relu(x)^2 + b.
     *
     * @param scale s, one value
     * @param bias b, one value
     */
    public static NDArray starRelu(NDArray x, NDArray scale, NDArray bias) {
        return SCRIPT.array(x.getManager(), "star_relu", x, scale, bias);
    }
}
