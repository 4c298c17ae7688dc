package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Pointwise;

/** StarReLU (Yu et al., arXiv 2210.13452): scale * relu(x)^2 + bias, both learned; any shape. */
public final class StarRelu extends Layer {
    private final Parameter scale = parameter("scale", Role.SCALE, Init.ONES, 1);
    private final Parameter bias = parameter("bias", Role.BIAS, Init.ZEROS, 1);

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return Pointwise.starRelu(x, pass.value(scale, x), pass.value(bias, x));
    }
}
