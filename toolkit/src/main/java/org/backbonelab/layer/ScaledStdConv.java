package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * A convolution with scaled weight standardisation (NFNets, arXiv 2102.06171, equation 1).
 *
 * <p>Per output channel with fan-in N: gain (W - mean) / sqrt(max(N var, 1e-4)), var the biased one.
 */
public final class ScaledStdConv extends Layer {
    private static final float EPS = 1e-4f;

    private final Parameter weight;
    private final Parameter bias;
    private final Parameter gain;
    private final Kernels.Geometry geometry;
    private final int fanIn;

    /** Builds the convolution; gain starts at one, bias at zero. */
    public ScaledStdConv(Conv.Spec spec) {
        weight = parameter("weight", Init.leCun(), spec.out(), spec.in() / spec.groups(), spec.kernel(), spec.kernel());
        bias = parameter("bias", Init.ZEROS, spec.out());
        // One value a channel, not (C, 1, 1, 1): gradient clipping takes a vector's norm as a whole.
        gain = parameter("gain", Init.ONES, spec.out());
        geometry = spec.geometry();
        fanIn = spec.in() / spec.groups() * spec.kernel() * spec.kernel();
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray raw = pass.value(weight, x);
        NDArray flat = raw.reshape(raw.getShape().get(0), fanIn);
        NDArray centred = flat.sub(flat.mean(new int[] {1}, true));
        NDArray spread = centred.square()
                .sum(new int[] {1}, true)
                .maximum(Torch.scalar(x, EPS))
                .sqrt();
        NDArray standard = centred.div(spread).mul(pass.value(gain, x).expandDims(1));
        return Conv.convolve(x, standard.reshape(raw.getShape()), pass.value(bias, x), geometry, pass);
    }
}
