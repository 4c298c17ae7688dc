package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;

/** A linear map of the last axis: (..., in) to (..., out), with bias. */
public final class Linear extends Layer {
    private final Parameter weight;
    private final Parameter bias;

    /**
     * Builds a linear layer.
     *
     * @param init of the weight (out, in)
     * @param biasInit of the bias (out)
     */
    public Linear(int in, int out, Init init, Init biasInit) {
        weight = parameter("weight", init, out, in);
        bias = parameter("bias", biasInit, out);
    }

    /** Builds a linear layer with zero bias. */
    public Linear(int in, int out, Init init) {
        this(in, out, init, Init.ZEROS);
    }

    /** Returns a linear layer whose weight is stored as a 1x1 convolution's: (out, in, 1, 1). */
    public static Linear pointwise(int in, int out, Init init) {
        Linear linear = new Linear(in, out, init);
        linear.storedAs(linear.weight, out, in, 1, 1);
        return linear;
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray w = pass.value(weight, x);
        NDArray y = Kernels.linear(x, w, pass.value(bias, x), pass.isBf16());
        pass.count(y.getShape().size() * w.getShape().get(1));
        return y;
    }
}
