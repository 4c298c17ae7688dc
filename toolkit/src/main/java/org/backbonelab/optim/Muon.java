package org.backbonelab.optim;

/**
 * Muon (Jordan et al., 2024, kellerjordan.github.io/posts/muon; no paper): momentum made orthogonal, for hidden weights.
 *
 * <p>m = 0.95 m + 0.05 g; u = 0.05 g + 0.95 m; O = u with its singular values moved near 1, by five Newton-Schulz iterations
 * from X = u / (||u|| + 1e-7): A = X X'; X = 3.4445 X + (-4.775 A + 2.0315 A A) X; w = w (1 - lr * decay) - lr * sqrt(max(1,
 * rows / columns)) O. The kernel of a convolution is a matrix (out, in * h * w), and its factor, as in the authors' code, that
 * of the last two axes: sqrt(max(1, h / w)). The learning rate is the spectral norm of an update.
 *
 * <p>By the authors' README, hidden weights of two axes or more are Muon's, kernels of all convolutions but the first
 * included, depthwise ones too; classifier, embeddings, tokens, gains, norms, biases and the first layer are AdamW's, with
 * betas 0.9, 0.95, eps 1e-10 and 0.015 of the learning rate (there 3e-4 of 0.02). The training loop says by role which are not
 * hidden; in DJL's own Trainer the number of axes alone decides, unless {@link #notHidden} is called.
 *
 * <p>The authors iterate in bfloat16, for the speed of GPUs; here the iteration has the weights' precision. State: one array
 * of the weights' size, two for AdamW's.
 */
public final class Muon extends BaseOptimizer {
    private static final double MOMENTUM = 0.95;
    private static final double ADAMW_SHARE = 3e-4 / 0.02;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.95;
    private static final double EPS = 1e-10;

    private static final UpdateScript SCRIPT = UpdateScript.of("Muon", """
            def orthogonal(self, u: Tensor) -> Tensor:
              tall = u.size(-2) > u.size(-1)
              x = u.transpose(-2, -1) if tall else u
              x = x / (torch.norm(x, 2, [-2, -1], True) + 1e-7)
              for i in range(5):
                a = torch.matmul(x, x.transpose(-2, -1))
                b = torch.add(a * -4.775, torch.matmul(a, a), alpha=2.0315)
                x = torch.add(torch.matmul(b, x), x, alpha=3.4445)
              return x.transpose(-2, -1) if tall else x

            def step(self, weights: List[Tensor], gradients: List[Tensor], momentum_buffer: List[Tensor], lr: float,
                     momentum: float, decay: float) -> None:
              for w, g, m in zip(weights, gradients, momentum_buffer):
                m.lerp_(g, 1 - momentum)
                u = torch.lerp(g, m, momentum)
                if u.dim() == 4:
                  u = u.flatten(1)
                factor = max(1.0, g.size(-2) / g.size(-1)) ** 0.5
                if decay != 0:
                  w.mul_(1 - lr * decay)
                w.add_(self.orthogonal(u).reshape(w.size()), alpha=-lr * factor)

            def adamw(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor], exp_avg_sq: List[Tensor],
                      t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
              self.fused_adam(weights, gradients, exp_avg, exp_avg_sq, t, lr, beta1, beta2, decay, eps, False)
            """);

    /** Builds the optimizer; the authors' learning rate is 0.02. */
    public Muon(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
    }

    @Override
    protected void rule(Group group) {
        Group matrices = group.hiddenMatrices(true);
        if (!matrices.weights().isEmpty()) {
            SCRIPT.run(
                    "step",
                    matrices.weights(),
                    matrices.gradients(),
                    matrices.state("momentum_buffer"),
                    group.lr(),
                    MOMENTUM,
                    group.decay());
        }
        Group others = group.hiddenMatrices(false);
        if (!others.weights().isEmpty()) {
            SCRIPT.run(
                    "adamw",
                    others.weights(),
                    others.gradients(),
                    others.state("exp_avg"),
                    others.state("exp_avg_sq"),
                    group.step(),
                    group.lr() * ADAMW_SHARE,
                    BETA1,
                    BETA2,
                    group.decay(),
                    EPS);
        }
    }
}
