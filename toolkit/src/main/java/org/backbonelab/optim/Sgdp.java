package org.backbonelab.optim;

/**
 * SGDP (Heo et al., ICLR 2021, algorithm 1): momentum without the part that only makes scale-invariant weights grow.
 *
 * <p>m = 0.9 m + g; d = m, projected as {@link AdamP} does, with decay factor r; w = w (1 - lr * decay * r / (1 - 0.9)); w = w
 * - lr * d. The division by 1 - momentum is the authors': it gives decay the strength of coupled decay. The projection costs
 * five passes more over the weights than SGD. State: one array of the weights' size.
 */
public final class Sgdp extends BaseOptimizer {
    private static final double MOMENTUM = 0.9;
    private static final double EPS = 1e-8;
    private static final double DELTA = 0.1;
    private static final double DECAY_RATIO = 0.1;

    private static final UpdateScript SCRIPT = UpdateScript.of("Sgdp", """
            def step(self, weights: List[Tensor], gradients: List[Tensor], momentum_buffer: List[Tensor], lr: float,
                     momentum: float, decay: float, eps: float, delta: float, ratio: float) -> None:
              for w, g, m in zip(weights, gradients, momentum_buffer):
                m.mul_(momentum).add_(g)
                d = m
                kept = 1.
                if w.dim() > 1:
                  d = m.clone()
                  kept = self.project(w, g, d, delta, ratio, eps)
                if decay != 0:
                  w.mul_(1 - lr * decay * kept / (1 - momentum))
                w.add_(d, alpha=-lr)
            """ + AdamP.PROJECT);

    /** Builds the optimizer. */
    public Sgdp(double learningRate, double weightDecay) {
        super(learningRate, weightDecay);
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
                EPS,
                DELTA,
                DECAY_RATIO);
    }
}
