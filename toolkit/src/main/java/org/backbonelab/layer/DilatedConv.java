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

    /**
     * Builds the convolution, with bias.
     *
     * @param kernel odd
     * @param dilation distance of the kernel's values in pixels
     */
    public DilatedConv(int channels, int kernel, int dilation, Init init) {
        this.dilation = dilation;
        area = (long) kernel * kernel;
        weight = parameter("weight", init, channels, 1, kernel, kernel);
        bias = parameter("bias", Init.ZEROS, channels);
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray y = Spatial.depthwise(x, pass.value(weight, x), pass.value(bias, x), dilation);
        pass.count(this, y, y.getShape().size() * area);
        return y;
    }
}
