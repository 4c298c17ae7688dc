package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/** What is asked of all gradients of an update at once. */
final class Gradients {
    /** A sum of finite values may still overflow: only then are the values looked at one by one. */
    private static final TorchScript SCRIPT = TorchScript.compile("Gradients", """
                    class Gradients(Module):
                      def are_finite(self, gradients: List[Tensor]) -> Tensor:
                        sums: List[Tensor] = []
                        for g in gradients:
                          sums.append(g.sum())
                        found = torch.stack(sums).sum().isfinite()
                        if not bool(found):
                          alike: List[Tensor] = []
                          for g in gradients:
                            alike.append(g.isfinite().all())
                          found = torch.stack(alike).all()
                        return found.to(6)
                    """);

    private Gradients() {}

    /** Tells whether no value is NaN or infinite. */
    static boolean areFinite(NDManager manager, List<NDArray> gradients) {
        return Torch.withoutGradients(() -> {
            try (NDArray found = SCRIPT.array(manager, "are_finite", gradients)) {
                return found.getFloat() > 0;
            }
        });
    }
}
