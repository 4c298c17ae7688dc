package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;

/**
 * Square patches of images, taken out and put back, a native call each; see {@link Kernels}.
 *
 * <p>What is taken out of an image is stacked: (N, C, h p, w p) becomes (N, C, K p, p), for K patches of p x p positions,
 * the same number of every image. Both have their channels innermost in memory, so a row of a patch is copied at once.
 */
public final class Patchwork {
    private static final TorchScript SCRIPT = TorchScript.compile("Patchwork", """
            class Patchwork(Module):
              def rows(self, chosen: Tensor, size: int) -> Tensor:
                width = chosen.size(3)
                at = torch.nonzero(chosen.reshape([-1])).squeeze(1)
                first = at.floor_divide(width) * (width * size) + torch.remainder(at, width)
                return (first.unsqueeze(1) + torch.arange(size, device=at.device) * width).reshape([-1])

              def take(self, x: Tensor, chosen: Tensor) -> Tensor:
                c = x.size(1)
                size = x.size(3) // chosen.size(3)
                y = x.permute([0, 2, 3, 1]).contiguous().reshape([-1, size * c])
                y = torch.index_select(y, 0, self.rows(chosen, size))
                return y.reshape([x.size(0), -1, size, c]).permute([0, 3, 1, 2])

              def put(self, x: Tensor, chosen: Tensor) -> Tensor:
                n = x.size(0)
                c = x.size(1)
                size = x.size(3)
                height = chosen.size(2)
                width = chosen.size(3)
                y = x.permute([0, 2, 3, 1]).contiguous().reshape([-1, size * c])
                empty = torch.zeros([n * height * size * width, size * c], dtype=x.dtype, device=x.device)
                y = torch.index_copy(empty, 0, self.rows(chosen, size), y)
                return y.reshape([n, height * size, width * size, c]).permute([0, 3, 1, 2])
            """);

    private Patchwork() {}

    /**
     * Takes patches out.
     *
     * @param x (N, C, h p, w p)
     * @param chosen (N, 1, h, w), 1 where a patch is taken, 0 where it is not, K ones in every image
     * @return (N, C, K p, p), the patches of an image below each other
     */
    public static NDArray take(NDArray x, NDArray chosen) {
        return SCRIPT.array(x.getManager(), "take", x, chosen);
    }

    /**
     * Puts patches back; all else is zero.
     *
     * @param x (N, C, K p, p)
     * @param chosen where they were taken, (N, 1, h, w)
     * @return (N, C, h p, w p)
     */
    public static NDArray put(NDArray x, NDArray chosen) {
        return SCRIPT.array(x.getManager(), "put", x, chosen);
    }
}
