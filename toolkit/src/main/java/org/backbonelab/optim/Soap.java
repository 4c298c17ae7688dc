package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * SOAP (Vyas et al., arXiv 2409.11321, algorithm 3): Adam in the eigenbasis of Shampoo's preconditioner.
 *
 * <p>For each axis a of a tensor L_a = 0.95 L_a + 0.05 G_a G_a', G_a the gradient as a matrix of that axis by all others, and
 * Q_a its eigenvectors. G* = the gradient, each axis turned by Q_a'; m = 0.95 m + 0.05 G*; v = 0.95 v + 0.05 G*^2; w = w - lr
 * m^ / (sqrt(v) + eps), turned back by Q_a, m^ with both of Adam's corrections of the bias; then w = w (1 - lr * decay); eps
 * 1e-8. Every 10 steps each Q_a is the Q of the QR of L_a Q_a, sorted by the eigenvalues that the old basis shows, and m is
 * turned along with it. The first step computes eigenvectors, in float64, and moves nothing, as in the authors' code.
 *
 * <p>Kernels of convolutions have four axes, each with its own basis: the authors' default, whose paper has matrices only.
 * Vectors, and axes longer than 10,000, have none. Where the gradients leave directions of an axis empty (inputs that are
 * always zero), eigenvectors are arbitrary and what Adam sees there are rounding errors, in the authors' code too: in float32
 * they move weights. State: two arrays of the weights' size, and for each axis of n values two
 * matrices of n x n; their QR makes wide layers slow. The rates of the paper are for large batches.
 */
public final class Soap extends BaseOptimizer {
    private static final double BETA1 = 0.95;
    private static final double BETA2 = 0.95;
    private static final double EPS = 1e-8;
    private static final int EVERY = 10;
    private static final long LONGEST = 10_000;

    private static final UpdateScript SCRIPT = UpdateScript.of("Soap", """
            # One tensor's matrices: lists hold those of the first axis of all tensors, then those of the second.
            def own(self, matrices: List[Tensor], i: int, count: int) -> List[Tensor]:
              out: List[Tensor] = []
              for k in range(i, len(matrices), count):
                out.append(matrices[k])
              return out

            # Takes the first axis away and adds its image as the last, so that after all turns the order is as before. The
            # matrix of an axis that is too long does not fit it.
            def turned(self, x: Tensor, bases: List[Tensor], back: bool) -> Tensor:
              for q in bases:
                if q.size(0) != x.size(0):
                  x = x.movedim(0, -1)
                elif back:
                  x = torch.tensordot(x, q, [0], [1])
                else:
                  x = torch.tensordot(x, q, [0], [0])
              return x

            def follow(self, g: Tensor, moments: List[Tensor], beta: float) -> None:
              for a in range(len(moments)):
                if moments[a].size(0) == g.size(a):
                  x = g.transpose(0, a).flatten(1)
                  moments[a].lerp_(torch.matmul(x, x.t()), 1 - beta)

            def begin(self, gradients: List[Tensor], moments: List[Tensor], bases: List[Tensor], beta: float) -> None:
              count = len(gradients)
              for i in range(count):
                own = self.own(moments, i, count)
                self.follow(gradients[i], own, beta)
                for l, q in zip(own, self.own(bases, i, count)):
                  # Of numbers that are not finite there are no eigenvectors, and libtorch throws.
                  if bool(torch.isfinite(l).all()):
                    values, vectors = torch.linalg_eigh(l.to(7))
                    q.copy_(torch.flip(vectors, [1]))
                  else:
                    q.copy_(l)

            def step(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                     moments: List[Tensor], bases: List[Tensor], t: int, lr: float, beta1: float, beta2: float, decay: float,
                     eps: float, every: int) -> None:
              rate = lr * (1 - beta2 ** t) ** 0.5 / (1 - beta1 ** t)
              count = len(weights)
              for i in range(count):
                w = weights[i]
                g = gradients[i]
                m = exp_avg[i]
                v = exp_avg_sq[i]
                q = self.own(bases, i, count)
                p = self.turned(g, q, False)
                m.lerp_(p, 1 - beta1)
                v.mul_(beta2).addcmul_(p, p, value=1 - beta2)
                w.add_(self.turned(m / v.sqrt().add_(eps), q, True), alpha=-rate)
                if decay != 0:
                  w.mul_(1 - lr * decay)
                l = self.own(moments, i, count)
                self.follow(g, l, beta2)
                if t % every == 0:
                  self.renew(m, v, l, q)

            def renew(self, m: Tensor, v: Tensor, moments: List[Tensor], bases: List[Tensor]) -> None:
              back = self.turned(m, bases, True)
              for a in range(len(bases)):
                l = moments[a]
                q = bases[a]
                if q.size(0) == m.size(a):
                  order = torch.argsort((q * torch.matmul(l, q)).sum([0]), 0, True)
                  v.copy_(v.index_select(a, order))
                  basis, rest = torch.linalg_qr(torch.matmul(l, q.index_select(1, order)))
                  q.copy_(basis)
              m.copy_(self.turned(back, bases, False))
            """);

    /** Builds the optimizer. */
    public Soap(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        Group left = group;
        for (int axes = 0; !left.weights().isEmpty(); axes++) {
            Group part = left.ofRank(axes + 1, false);
            left = left.ofRank(axes + 1, true);
            if (!part.weights().isEmpty()) {
                update(part, axes > 1 ? axes : 0);
            }
        }
    }

    private static void update(Group group, int bases) {
        List<NDArray> moments = matrices(group, "moment", bases);
        List<NDArray> vectors = matrices(group, "basis", bases);
        if (group.step() == 1) {
            SCRIPT.run("begin", group.gradients(), moments, vectors, BETA2);
            return;
        }
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("exp_avg"),
                group.state("exp_avg_sq"),
                moments,
                vectors,
                group.step() - 1,
                group.lr(),
                BETA1,
                BETA2,
                group.decay(),
                EPS,
                EVERY);
    }

    /** Returns a matrix for each axis of each tensor, one number where the axis is too long. */
    private static List<NDArray> matrices(Group group, String name, int axes) {
        List<NDArray> out = new ArrayList<>();
        for (int i = 0; i < axes; i++) {
            int axis = i;
            out.addAll(group.state(name + axis, shape -> {
                long size = shape.get(axis) <= LONGEST ? shape.get(axis) : 1;
                return new Shape(size, size);
            }));
        }
        return out;
    }
}
