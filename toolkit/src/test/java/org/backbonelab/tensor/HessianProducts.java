package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.testing.Golden;

/** The function of make_golden.py whose Hessian is multiplied. */
final class HessianProducts {
    private HessianProducts() {}

    static List<NDArray> weights(NDManager manager) {
        List<NDArray> out = List.of(
                manager.create(Golden.fill(36, 1, 0.5, 0), new Shape(12, 3)),
                manager.create(Golden.fill(16, 2, 0.5, 0), new Shape(4, 4)));
        out.forEach(w -> w.setRequiresGradient(true));
        return out;
    }

    static List<NDArray> vector(NDManager manager, List<NDArray> weights) {
        List<NDArray> out = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            out.add(Golden.fill(manager, weights.get(i).getShape(), 7 + i));
        }
        return out;
    }

    static NDArray loss(NDManager manager, List<NDArray> weights) {
        NDArray x = Golden.fill(manager, new Shape(2, 5, 3), 0);
        NDArray mixed = Kernels.attention(Kernels.linear(x, weights.get(0), null, false), 2, true);
        NDArray pooled = Kernels.gelu(mixed, false).mean(new int[] {1});
        NDArray logits = Kernels.linear(pooled, weights.get(1), null, false);
        return Kernels.crossEntropy(logits, KernelsAgainstTorchTest.softTargets(logits), 0);
    }
}
