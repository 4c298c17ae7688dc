package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Spatial;

/** A depthwise convolution with gaps between the kernel's values, always in float32: (N, C, H, W) to the same. */
public final class DilatedConv extends Layer {
    private final Parameter weight;
    private final Parameter bias;
    private final int dilation;
    private final long area;

    private DilatedConv(int channels, int kernel, int dilation, Init init, boolean withBias) {
        this.dilation = dilation;
        area = (long) kernel * kernel;
        weight = parameter("weight", Role.WEIGHT, init, channels, 1, kernel, kernel);
        bias = withBias ? parameter("bias", Role.BIAS, Init.ZEROS, channels) : null;
    }

    /**
     * Builds the convolution, with bias.
     *
     * @param kernel odd
     * @param dilation distance of the kernel's values in pixels
     */
    public DilatedConv(int channels, int kernel, int dilation, Init init) {
        this(channels, kernel, dilation, init, true);
    }

    /** Returns a convolution that a norm follows; kernel and dilation as in the constructor. */
    public static DilatedConv withoutBias(int channels, int kernel, int dilation, Init init) {
        return new DilatedConv(channels, kernel, dilation, init, false);
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray y = Spatial.depthwise(x, pass.value(weight, x), bias == null ? null : pass.value(bias, x), dilation);
        pass.count(this, y, y.getShape().size() * area);
        return y;
    }
}
