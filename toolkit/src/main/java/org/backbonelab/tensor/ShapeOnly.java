package org.backbonelab.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** Arrays of libtorch's device {@code meta}: they have a shape and no values, and what is computed of them has no more. */
public final class ShapeOnly {
    private static final TorchScript SCRIPT = TorchScript.compile("ShapeOnly", """
            class ShapeOnly(Module):
              def empty(self, shape: List[int]) -> Tensor:
                return torch.empty(shape, dtype=6, device=torch.device("meta"))
            """);

    private ShapeOnly() {}

    /** Returns an array of float32 without values. */
    public static NDArray array(NDManager manager, Shape shape) {
        return SCRIPT.array(manager, "empty", (Object) shape.getShape());
    }
}
