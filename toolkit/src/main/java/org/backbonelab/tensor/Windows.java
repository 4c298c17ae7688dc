package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;

/** Attention inside shifted windows (Swin, arXiv 2103.14030), a native call a step; see {@link Kernels}. */
public final class Windows {
    private static final TorchScript SCRIPT = TorchScript.compile("Windows", """
            class Windows(Module):
              def split(self, x: Tensor, window: int, shift: int) -> Tensor:
                y = x
                if shift > 0:
                  y = torch.roll(y, [-shift, -shift], [1, 2])
                n = y.size(0)
                c = y.size(3)
                rows = -(-y.size(1) // window)
                columns = -(-y.size(2) // window)
                y = torch.constant_pad_nd(y, [0, 0, 0, columns * window - y.size(2), 0, rows * window - y.size(1)], 0)
                y = y.reshape([n, rows, window, columns, window, c]).permute([0, 1, 3, 2, 4, 5])
                return y.reshape([n * rows * columns, window * window, c])

              def merge(self, x: Tensor, height: int, width: int, window: int, shift: int) -> Tensor:
                rows = -(-height // window)
                columns = -(-width // window)
                y = x.reshape([-1, rows, columns, window, window, x.size(2)]).permute([0, 1, 3, 2, 4, 5])
                y = y.reshape([-1, rows * window, columns * window, x.size(2)])
                y = torch.slice(torch.slice(y, 1, 0, height), 2, 0, width)
                if shift > 0:
                  y = torch.roll(y, [shift, shift], [1, 2])
                return y.contiguous()

              def bias(self, table: Tensor, window: int) -> Tensor:
                at = torch.arange(window, device=table.device)
                step = at.unsqueeze(1) - at.unsqueeze(0) + (window - 1)
                index = step.reshape([window, 1, window, 1]) * (2 * window - 1) + step.reshape([1, window, 1, window])
                area = window * window
                return torch.index_select(table, 0, index.reshape([-1])).reshape([area, area, -1]).permute([2, 0, 1])

              def regions(self, size: int, window: int, shift: int, like: Tensor) -> Tensor:
                padded = -(-size // window) * window
                at = torch.arange(padded, device=like.device)
                return torch.ge(at, padded - window).to(4) + torch.ge(at, padded - shift).to(4)

              def mask(self, height: int, width: int, window: int, shift: int, like: Tensor) -> Tensor:
                rows = self.regions(height, window, shift, like)
                columns = self.regions(width, window, shift, like)
                region = rows.unsqueeze(1) * 3 + columns.unsqueeze(0)
                region = self.split(region.unsqueeze(0).unsqueeze(3), window, 0).squeeze(2)
                return torch.ne(region.unsqueeze(1), region.unsqueeze(2)).to(like.dtype) * -100

              def attention(self, qkv: Tensor, table: Tensor, heads: int, height: int, width: int, window: int,
                            shift: int, bf16: bool) -> Tensor:
                n = qkv.size(0)
                t = qkv.size(1)
                d = qkv.size(2) // 3
                x = qkv
                if bf16:
                  x = x.to(15)
                elif x.dtype == 15:
                  x = x.to(6)
                parts = torch.unbind(x.reshape([n, t, 3, heads, d // heads]).permute([2, 0, 3, 1, 4]))
                scores = torch.matmul(parts[0] * (d // heads) ** -0.5, parts[1].transpose(-2, -1))
                if bf16:
                  scores = scores.to(6)
                scores = scores + self.bias(table, window)
                if shift > 0:
                  mask = self.mask(height, width, window, shift, scores)
                  scores = scores.reshape([-1, mask.size(0), heads, t, t]) + mask.unsqueeze(1)
                  scores = scores.reshape([n, heads, t, t])
                y = torch.matmul(torch.softmax(scores, -1).to(x.dtype), parts[2])
                return y.transpose(1, 2).reshape([n, t, d])
            """);

    private Windows() {}

    /**
     * The windows of an image.
     *
     * @param height of the image
     * @param width of the image
     * @param window side of a window; an image that is no multiple is padded with zeros
     * @param shift by which the windows move down and to the right, the image being a torus
     */
    public record Grid(int height, int width, int window, int shift) {}

    /** Cuts (N, H, W, C) into (N * windows, window^2, C). */
    public static NDArray split(NDArray x, Grid grid) {
        return SCRIPT.array(x.getManager(), "split", x, grid.window, grid.shift);
    }

    /** Puts (N * windows, window^2, C) together again: (N, H, W, C). */
    public static NDArray merge(NDArray x, Grid grid) {
        return SCRIPT.array(x.getManager(), "merge", x, grid.height, grid.width, grid.window, grid.shift);
    }

    /**
     * Computes attention inside each window, with a bias by relative position; parts of the image that meet only on the
     * torus do not see each other.
     *
     * @param qkv (N * windows, window^2, 3 C)
     * @param table ((2 window - 1)^2, heads): the bias by relative row and column
     * @return (N * windows, window^2, C)
     */
    public static NDArray attention(NDArray qkv, NDArray table, int heads, Grid grid, boolean bf16) {
        return SCRIPT.array(
                qkv.getManager(),
                "attention",
                qkv,
                table,
                heads,
                grid.height,
                grid.width,
                grid.window,
                grid.shift,
                bf16);
    }
}
