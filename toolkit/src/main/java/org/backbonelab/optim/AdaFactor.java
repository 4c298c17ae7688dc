package org.backbonelab.optim;

import ai.djl.ndarray.types.Shape;

/**
 * AdaFactor (Shazeer and Stern, ICML 2018, algorithm 4): second moments as the product of a row and a column.
 *
 * <p>b = 1 - t^-0.8. Rank 2 and more: over the last two axes R = b R + (1 - b) mean_columns(g^2), C likewise over rows, V = R C
 * / mean(R); else V = b V + (1 - b) g^2. U = g / max(sqrt(V), 1e-30), divided by max(1, RMS(U)); w = w (1 - lr * decay) - a
 * U.
 *
 * <p>{@code adafactor} is {@code torch.optim.Adafactor}: a = max(1e-3, RMS(w)) min(lr, 1 / sqrt(t)), steps relative to the
 * weights, as published with lr 0.01. {@code adafactor_bocb} is what BOCB's released code does: a = lr. Neither has
 * momentum, though BOCB's table A2 says so; the kernels of convolutions are factored over their height and width. Matrices
 * of n x m need n + m numbers of state, all else one array of the weights' size.
 */
public final class AdaFactor extends BaseOptimizer {
    private static final double DECAY_RATE = -0.8;
    private static final double EPS = 1e-30;
    private static final double SMALLEST_SCALE = 1e-3;

    private static final UpdateScript SCRIPT = UpdateScript.of("AdaFactor", """
            def mean(self, x: Tensor, axis: int) -> Tensor:
              n = x.size(axis)
              if n > 16:
                return x.mean([axis], True)
              # libtorch is slow at sums over a few neighbours.
              sums = x.select(axis, 0).clone()
              for i in range(1, n):
                sums.add_(x.select(axis, i))
              return sums.div_(n).unsqueeze(axis)

            def factored(self, weights: List[Tensor], gradients: List[Tensor], rows: List[Tensor], columns: List[Tensor],
                         lr: float, decay: float, share: float, eps: float, relative: Optional[float], smallest: float) -> None:
              for w, g, r, c in zip(weights, gradients, rows, columns):
                square = g * g
                r.lerp_(self.mean(square, -1), share)
                c.lerp_(self.mean(square, -2), share)
                # The rows are divided first: a product of squares could overflow.
                torch.mul(r / self.mean(r, -2).clamp_(min=eps), c, out=square)
                self.move(w, g, square, lr, decay, eps, relative, smallest)

            def whole(self, weights: List[Tensor], gradients: List[Tensor], variances: List[Tensor],
                      lr: float, decay: float, share: float, eps: float, relative: Optional[float], smallest: float) -> None:
              for w, g, v in zip(weights, gradients, variances):
                v.lerp_(g * g, share)
                self.move(w, g, v.clone(), lr, decay, eps, relative, smallest)

            def move(self, w: Tensor, g: Tensor, v: Tensor, lr: float, decay: float, eps: float, relative: Optional[float],
                     smallest: float) -> None:
              u = v.sqrt_().clamp_(min=eps)
              torch.div(g, u, out=u)
              root = float(w.numel()) ** 0.5
              rate = (u.norm() / root).clamp_(min=1).reciprocal_()
              if relative is None:
                rate = rate * lr
              else:
                rate = rate * (w.norm() / root).clamp_(min=smallest) * relative
              if decay != 0:
                w.mul_(1 - lr * decay)
              w.sub_(u.mul_(rate))
            """);

    private final boolean relative;

    /**
     * Builds the optimizer.
     *
     * @param relative whether steps are relative to the size of the weights, as published
     */
    public AdaFactor(double learningRate, double weightDecay, boolean relative) {
        super(learningRate, weightDecay);
        this.relative = relative;
    }

    @Override
    protected void rule(Group group) {
        Group matrices = group.ofRank(2, true);
        Group others = group.ofRank(2, false);
        double t = group.step();
        double share = Math.pow(t, DECAY_RATE);
        Double step = relative ? Double.valueOf(Math.min(group.lr(), 1 / Math.sqrt(t))) : null;
        if (!matrices.weights().isEmpty()) {
            SCRIPT.run(
                    "factored",
                    matrices.weights(),
                    matrices.gradients(),
                    matrices.state("row_var", shape -> with(shape, 1)),
                    matrices.state("col_var", shape -> with(shape, 2)),
                    group.lr(),
                    group.decay(),
                    share,
                    EPS,
                    step,
                    SMALLEST_SCALE);
        }
        if (!others.weights().isEmpty()) {
            SCRIPT.run(
                    "whole",
                    others.weights(),
                    others.gradients(),
                    others.state("variance"),
                    group.lr(),
                    group.decay(),
                    share,
                    EPS,
                    step,
                    SMALLEST_SCALE);
        }
    }

    /** Returns the shape with 1 on an axis, counted from the last, which is 1. */
    private static Shape with(Shape shape, int axisFromLast) {
        long[] sizes = shape.getShape().clone();
        sizes[sizes.length - axisFromLast] = 1;
        return new Shape(sizes);
    }
}
