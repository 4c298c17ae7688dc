package org.backbonelab.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/**
 * The arithmetic of an update rule in TorchScript: readable Python that libtorch runs with one call for all tensors.
 *
 * <p>Its methods may call {@code self.aligned(weights, gradients)}, which gives the gradients laid out in memory as the
 * weights are (libtorch's fused updates need that), and {@code self.fused_adam}, the update of Adam and AdamW.
 */
public final class UpdateScript {
    /** What scripts may call: fused updates walk over raw memory, so a gradient must lie there as its weight does. */
    private static final String COMMON = """
            def aligned(self, weights: List[Tensor], gradients: List[Tensor]) -> List[Tensor]:
              out: List[Tensor] = []
              for w, g in zip(weights, gradients):
                if g.stride() != w.stride():
                  g = torch.empty_like(w).copy_(g)
                out.append(g)
              return out

            # Adam's and AdamW's update; decay is coupled in the former.
            def fused_adam(self, weights: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor],
                           exp_avg_sq: List[Tensor], t: int, lr: float, beta1: float, beta2: float, decay: float, eps: float,
                           coupled: bool) -> None:
              count = torch.new_full(weights[0], [], t)
              steps: List[Tensor] = []
              none: List[Tensor] = []
              for i in range(len(weights)):
                steps.append(count)
              aligned = self.aligned(weights, gradients)
              if coupled:
                torch._fused_adam_(weights, aligned, exp_avg, exp_avg_sq, none, steps, lr=lr, beta1=beta1, beta2=beta2,
                                   weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
              else:
                torch._fused_adamw_(weights, aligned, exp_avg, exp_avg_sq, none, steps, lr=lr, beta1=beta1, beta2=beta2,
                                    weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            """;

    private final TorchScript script;

    private UpdateScript(TorchScript script) {
        this.script = script;
    }

    /**
     * Compiles a rule.
     *
     * @param name of the optimizer
     * @param methods in ordinary Python syntax, with every parameter typed
     */
    public static UpdateScript of(String name, String methods) {
        return new UpdateScript(
                TorchScript.compile(name, "class " + name + "(Module):\n" + (COMMON + "\n" + methods).indent(2)));
    }

    /** Runs a method, without recording gradients. */
    public void run(String method, Object... arguments) {
        Torch.withoutGradients(() -> {
            script.run(method, arguments).close();
            return null;
        });
    }

    /** Returns what a method computes, as an array of a manager, without recording gradients. */
    NDArray array(NDManager manager, String method, Object... arguments) {
        return Torch.withoutGradients(() -> script.array(manager, method, arguments));
    }
}
