package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** The attention of TransNeXt (arXiv 2311.17132), in float32, a native call a step; see {@link Kernels}. */
public final class Foveal {
    private static final TorchScript SCRIPT = TorchScript.compile("Foveal", """
            class Foveal(Module):
              def wide(self, x: Tensor) -> Tensor:
                if x.dtype == 15:
                  return x.to(6)
                return x

              # Rows from a position to the centre of a coarse one: the distinct values, and which of them each pair has.
              def steps(self, side: int, coarse: int, like: Tensor) -> Tuple[Tensor, Tensor]:
                at = torch.arange(side, dtype=like.dtype, device=like.device)
                centres = torch.adaptive_avg_pool1d(at.unsqueeze(0), [coarse]).squeeze(0)
                return torch._unique((at.unsqueeze(1) - centres.unsqueeze(0)).reshape([-1]), True, True)

              def distances(self, x: Tensor, side: int, coarse: int) -> Tensor:
                steps = self.steps(side, coarse, self.wide(x))
                far = steps[0] / max(side - 1, 1) * 8
                far = torch.sign(far) * torch.log2(torch.abs(far) + 1) / 3
                n = far.size(0)
                return torch.stack([far.unsqueeze(1).expand([n, n]), far.unsqueeze(0).expand([n, n])], -1).reshape([-1, 2])

              def bias(self, biases: Tensor, side: int, coarse: int) -> Tensor:
                y = self.wide(biases)
                steps = self.steps(side, coarse, y)
                n = steps[0].size(0)
                index = steps[1]
                index = index.reshape([side, 1, coarse, 1]) * n + index.reshape([1, side, 1, coarse])
                y = torch.index_select(y, 0, index.reshape([-1])).reshape([side * side, coarse * coarse, -1])
                return y.permute([2, 0, 1])

              def unit(self, x: Tensor) -> Tensor:
                return x / torch.clamp(torch.norm(x, 2, [-1], True), min=1e-12)

              # (N, T, heads * D) to (N, heads, T, D).
              def split(self, x: Tensor, heads: int) -> Tensor:
                return self.wide(x).reshape([x.size(0), x.size(1), heads, x.size(2) // heads]).transpose(1, 2)

              def join(self, x: Tensor) -> Tensor:
                return x.transpose(1, 2).reshape([x.size(0), x.size(2), -1])

              def global_(self, qkv: Tensor, heads: int, embedding: Tensor, temperature: Tensor, bias: Tensor) -> Tensor:
                parts = torch.chunk(self.split(qkv, 3 * heads), 3, 1)
                scale = torch.log(torch.full([1], qkv.size(1), dtype=bias.dtype, device=bias.device))
                q = (self.unit(parts[0]) + embedding) * torch.softplus(temperature) * scale
                scores = torch.matmul(q, self.unit(parts[1]).transpose(-2, -1)) + bias
                return self.join(torch.matmul(torch.softmax(scores, -1), parts[2]))

              # Keys or values of the 3 x 3 positions around each: (N, heads, T, D) to (N, heads, T, D, 9).
              def around(self, x: Tensor, side: int) -> Tensor:
                n = x.size(0)
                heads = x.size(1)
                y = x.transpose(2, 3).reshape([n, -1, side, side])
                y = torch.im2col(y, [3, 3], [1, 1], [1, 1], [1, 1])
                return y.reshape([n, heads, x.size(3), 9, -1]).permute([0, 1, 4, 2, 3])

              def aggregated(self, query: Tensor, kv: Tensor, coarse: Tensor, heads: int, embedding: Tensor,
                             temperature: Tensor, bias: Tensor, near_bias: Tensor, tokens: Tensor, token_bias: Tensor,
                             side: int) -> Tensor:
                inside = torch.ones([1, 1, side, side], dtype=bias.dtype, device=bias.device)
                inside = torch.im2col(inside, [3, 3], [1, 1], [1, 1], [1, 1]).squeeze(0).transpose(0, 1)
                scale = torch.log(torch.sum(inside, [1], True) + coarse.size(1))
                unscaled = self.unit(self.split(query, heads))
                q = (unscaled + embedding) * torch.softplus(temperature) * scale

                fine = torch.chunk(self.split(kv, 2 * heads), 2, 1)
                scores = torch.matmul(q.unsqueeze(-2), self.around(self.unit(fine[0]), side)).squeeze(-2)
                scores = torch.masked_fill(scores + near_bias.unsqueeze(1), inside == 0, float('-inf'))
                rest = torch.chunk(self.split(coarse, 2 * heads), 2, 1)
                far = torch.matmul(q, self.unit(rest[0]).transpose(-2, -1)) + bias
                weights = torch.softmax(torch.cat([scores, far], -1), -1)

                near = torch.matmul(unscaled, tokens) + token_bias + torch.slice(weights, -1, 0, 9)
                y = torch.matmul(near.unsqueeze(-2), self.around(fine[1], side).transpose(-2, -1)).squeeze(-2)
                return self.join(y + torch.matmul(torch.slice(weights, -1, 9, None), rest[1]))
            """);

    private Foveal() {}

    /**
     * What all queries of a layer share.
     *
     * @param heads of the attention
     * @param embedding (heads, 1, C / heads), added to each normalised query
     * @param temperature (heads, 1, 1), whose softplus multiplies it
     */
    public record Queries(int heads, NDArray embedding, NDArray temperature) {}

    /**
     * Returns every distance that a position has to a coarse one, on a logarithmic scale.
     *
     * @param x gives the manager and the type
     * @param side of the picture, in positions
     * @param coarse side of the coarse picture, at most as large
     * @return (pairs, 2): rows and columns
     */
    public static NDArray distances(NDArray x, int side, int coarse) {
        return SCRIPT.array(x.getManager(), "distances", x, side, coarse);
    }

    /**
     * Gives each pair of positions the bias of its distance.
     *
     * @param biases (pairs, heads), of the {@link #distances}
     * @return (heads, side^2, coarse^2)
     */
    public static NDArray bias(NDArray biases, int side, int coarse) {
        return SCRIPT.array(biases.getManager(), "bias", biases, side, coarse);
    }

    /**
     * Computes attention of every position to every other.
     *
     * @param qkv (N, T, 3 C)
     * @param bias (heads, T, T)
     * @return (N, T, C)
     */
    public static NDArray global(NDArray qkv, Queries queries, NDArray bias) {
        return SCRIPT.array(
                qkv.getManager(), "global_", qkv, queries.heads, queries.embedding, queries.temperature, bias);
    }

    /**
     * Computes attention of every position to the 3 x 3 around it, and to a coarse picture.
     *
     * @param projections queries (N, T, C), keys and values (N, T, 2 C), those of the coarse picture (N, P, 2 C)
     * @param bias (heads, T, P), of the coarse picture
     * @param near bias of the neighbours (heads, 9), their learned keys (heads, C / heads, 9) and weights (heads, 1, 9)
     * @param side of the picture: T is its square
     * @return (N, T, C)
     */
    public static NDArray aggregated(
            List<NDArray> projections, Queries queries, NDArray bias, List<NDArray> near, int side) {
        return SCRIPT.array(
                bias.getManager(),
                "aggregated",
                projections.get(0),
                projections.get(1),
                projections.get(2),
                queries.heads,
                queries.embedding,
                queries.temperature,
                bias,
                near.get(0),
                near.get(1),
                near.get(2),
                side);
    }
}
