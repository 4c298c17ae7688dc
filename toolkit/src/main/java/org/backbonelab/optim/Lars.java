package org.backbonelab.optim;

/**
 * LARS (You et al., arXiv 1708.03888, algorithm 1): momentum with a learning rate per tensor from the norms.
 *
 * <p>q = lr * 0.001 ||w|| / (||g|| + decay ||w||); m = 0.9 m + q (g + decay * w); w = w - m. The learning rate is inside the
 * momentum buffer, as published. The ratio is 1 where a norm is zero: a tensor that starts at zero could never leave it.
 *
 * <p>{@code lars} is the published algorithm. {@code lars_bocb} leaves the ratio out (q = lr), which BOCB's released code does
 * by default; whether its published numbers come from that is not known. State: one array of the weights' size.
 */
public final class Lars extends BaseOptimizer {
    private static final double MOMENTUM = 0.9;
    private static final double TRUST = 1e-3;

    private static final UpdateScript SCRIPT = UpdateScript.of("Lars", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], momentum_buffer: List[Tensor], lr: float,
                     momentum: float, decay: float, trust: float, scaled: bool) -> None:
              for w, g, m in zip(weights, gradients, momentum_buffer):
                m.mul_(momentum)
                if scaled:
                  size = w.norm()
                  length = g.norm()
                  usable = torch.logical_and(size > 0, length > 0)
                  ratio = torch.where(usable, trust * size / (length + decay * size), torch.ones_like(size)) * lr
                  m.add_(torch.add(g, w, alpha=decay).mul_(ratio))
                else:
                  m.add_(g, alpha=lr)
                  if decay != 0:
                    m.add_(w, alpha=lr * decay)
                w.sub_(m)
            """);

    private final boolean scaled;

    /**
     * Builds the optimizer.
     *
     * @param scaled whether to scale the rate of each tensor by its norms
     */
    public Lars(double learningRate, double weightDecay, boolean scaled) {
        super(learningRate, weightDecay);
        this.scaled = scaled;
    }

    @Override
    protected void rule(Group group) {
        SCRIPT.run(
                "step",
                group.weights(),
                group.gradients(),
                group.state("momentum_buffer"),
                group.lr(),
                MOMENTUM,
                group.decay(),
                TRUST,
                scaled);
    }
}
