package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;

/** A linear map of the last axis: (..., in) to (..., out). */
public final class Linear extends Layer {
    private final Parameter weight;
    private final Parameter bias;
    private final int inputs;
    private final int outputs;

    /**
     * Builds a linear layer.
     *
     * @param init of the weight (out, in)
     * @param biasInit of the bias (out), or null for none
     */
    public Linear(int in, int out, Init init, Init biasInit) {
        this(in, out, Role.WEIGHT, init, biasInit);
    }

    private Linear(int in, int out, Role role, Init init, Init biasInit) {
        inputs = in;
        outputs = out;
        weight = parameter("weight", role, init, out, in);
        bias = biasInit == null ? null : parameter("bias", Role.BIAS, biasInit, out);
    }

    /** Builds a linear layer with zero bias. */
    public Linear(int in, int out, Init init) {
        this(in, out, init, Init.ZEROS);
    }

    /** Returns the last layer of a classifier, with zero bias. */
    public static Linear classifier(int in, int classes, Init init) {
        return new Linear(in, classes, Role.CLASSIFIER, init, Init.ZEROS);
    }

    /** Returns a linear layer whose answer is a bias by position, with zero bias of its own. */
    public static Linear ofPositions(int in, int out, Init init) {
        return new Linear(in, out, Role.POSITION_NETWORK, init, Init.ZEROS);
    }

    /** Returns a linear layer with zero bias, whose weight is stored as a 1x1 convolution's: (out, in, 1, 1). */
    public static Linear pointwise(int in, int out, Init init) {
        return new Linear(in, out, init).storedAsConvolution(1);
    }

    /** Makes weight files hold the weight as that of a convolution over all of a square: (out, in / k^2, k, k). */
    public Linear storedAsConvolution(int kernel) {
        storedAs(weight, outputs, inputs / ((long) kernel * kernel), kernel, kernel);
        return this;
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray w = pass.value(weight, x);
        NDArray y = Kernels.linear(x, w, bias == null ? null : pass.value(bias, x), pass.isBf16());
        pass.count(this, y, y.getShape().size() * w.getShape().get(1));
        return y;
    }
}
