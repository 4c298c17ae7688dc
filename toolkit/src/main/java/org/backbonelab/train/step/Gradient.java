package org.backbonelab.train.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/**
 * What passes through the network gave.
 *
 * @param loss mean over all images
 * @param arrays the gradients, in the order of the weights; none where the update must be left out
 * @param isFinite whether the loss and all values of all gradients are
 */
public record Gradient(double loss, List<NDArray> arrays, boolean isFinite) {
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

    /** Tells whether there are gradients. */
    public boolean isUsable() {
        return !arrays.isEmpty();
    }

    /** Returns this second pass with the loss of the first. */
    Gradient after(Gradient first) {
        return new Gradient(first.loss, arrays, isFinite && first.isFinite);
    }

    /** Returns this, or the other where only that one is not finite. */
    Gradient orWorse(Gradient other) {
        return isFinite && !other.isFinite ? other : this;
    }

    /** Gives the memory of the gradients back before the update ends. */
    public void release() {
        arrays.forEach(NDArray::close);
    }

    /** Returns what remains where the update is left out. */
    Gradient leftOut() {
        release();
        return new Gradient(loss, List.of(), false);
    }

    /** Tells whether no value of the gradients is NaN or infinite. */
    boolean hasFiniteValues(NDManager manager) {
        return Torch.withoutGradients(() -> {
            try (NDArray found = SCRIPT.array(manager, "are_finite", arrays)) {
                return found.getFloat() > 0;
            }
        });
    }
}
