package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;

/** Operators on the spatial axes of images that DJL's arrays lack, a native call each; see {@link Kernels}. */
public final class Spatial {
    private static final TorchScript SCRIPT = TorchScript.compile("Spatial", """
            class Spatial(Module):
              def pad_same(self, x: Tensor, kernel: int, stride: int) -> Tensor:
                rows = max((-(-x.size(2) // stride) - 1) * stride + kernel - x.size(2), 0)
                columns = max((-(-x.size(3) // stride) - 1) * stride + kernel - x.size(3), 0)
                before = [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2]
                return torch.constant_pad_nd(x, before, 0)

              def depthwise(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], dilation: int) -> Tensor:
                y = x
                if x.dtype == 15:
                  y = x.to(6)
                padding = dilation * (weight.size(2) // 2)
                y = torch.conv2d(y.contiguous(memory_format=2), weight, None, [1, 1], [padding, padding],
                                 [dilation, dilation], weight.size(0))
                if bias is not None:
                  y = torch.add_(y, bias.reshape([1, -1, 1, 1]))
                return y

              def neighbour_mean(self, x: Tensor) -> Tensor:
                return torch.avg_pool2d(x, [3, 3], [1, 1], [1, 1], False, False)

              def local_response_norm(self, x: Tensor) -> Tensor:
                rows = x.square().reshape([-1, 1, x.size(3)])
                return x / torch.pow(torch.avg_pool1d(rows, [5], [1], [2]).reshape(x.size()) * 0.0001 + 1, 0.75)

              def adaptive_mean(self, x: Tensor, size: int) -> Tensor:
                return torch.adaptive_avg_pool2d(x, [size, size])

              def bicubic(self, x: Tensor, size: int) -> Tensor:
                return torch._upsample_bicubic2d_aa(x, [size, size], False, None)
            """);

    private Spatial() {}

    /**
     * Pads with zeros as TensorFlow's and JAX's SAME: an odd number of rows has one more at the end.
     *
     * @param x (N, C, H, W)
     * @return what a convolution without padding maps to (N, C', ceil(H / stride), ceil(W / stride))
     */
    public static NDArray padSame(NDArray x, int kernel, int stride) {
        return SCRIPT.array(x.getManager(), "pad_same", x, kernel, stride);
    }

    /**
     * Resizes by bicubic interpolation with antialiasing, as PIL does.
     *
     * @param x (N, C, H, W)
     * @param size height and width of the result
     */
    public static NDArray bicubic(NDArray x, int size) {
        return SCRIPT.array(x.getManager(), "bicubic", x, size);
    }

    /**
     * Convolves each channel by itself, with gaps between the kernel's values; the size stays.
     *
     * @param x (N, C, H, W)
     * @param weight (C, 1, k, k), k odd
     * @param bias (C), or null
     * @param dilation distance of the kernel's values in pixels
     */
    public static NDArray depthwise(NDArray x, NDArray weight, NDArray bias, int dilation) {
        return SCRIPT.array(x.getManager(), "depthwise", x, weight, bias, dilation);
    }

    /** Averages over each position of (N, C, H, W) and its up to eight neighbours. */
    public static NDArray neighbourMean(NDArray x) {
        return SCRIPT.array(x.getManager(), "neighbour_mean", x);
    }

    /**
     * Divides each value by its neighbours in five channels (AlexNet, section 3.3), with PyTorch's alpha 1e-4, beta 0.75, k 1.
     *
     * @param x (N, H, W, C)
     */
    public static NDArray localResponseNorm(NDArray x) {
        return SCRIPT.array(x.getManager(), "local_response_norm", x);
    }

    /**
     * Averages over windows that divide the image as evenly as may be.
     *
     * @param x (N, C, H, W)
     * @return (N, C, size, size)
     */
    public static NDArray adaptiveMean(NDArray x, int size) {
        return SCRIPT.array(x.getManager(), "adaptive_mean", x, size);
    }
}
