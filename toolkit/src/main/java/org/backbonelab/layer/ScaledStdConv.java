package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Spatial;
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
    private final Conv.Spec same;

    /** Builds the convolution; gain starts at one, bias at zero. */
    public ScaledStdConv(Conv.Spec spec) {
        this(spec, false);
    }

    /**
     * Builds the convolution; gain starts at one, bias at zero.
     *
     * @param same whether to pad as the released code does, which is not symmetric at stride 2 and even sizes; see
     *     {@link Spatial#padSame}
     */
    public ScaledStdConv(Conv.Spec spec, boolean same) {
        weight = parameter("weight", Init.leCun(), spec.out(), spec.in() / spec.groups(), spec.kernel(), spec.kernel());
        bias = parameter("bias", Init.ZEROS, spec.out());
        // One value a channel, not (C, 1, 1, 1): gradient clipping takes a vector's norm as a whole.
        gain = parameter("gain", Init.ONES, spec.out());
        storedAs(gain, spec.out(), 1, 1, 1);
        this.same = same && spec.stride() > 1 ? spec : null;
        geometry = this.same == null ? spec.geometry() : new Kernels.Geometry(spec.stride(), 0, spec.groups());
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
        NDArray padded = same == null ? x : Spatial.padSame(x, same.kernel(), same.stride());
        return Conv.convolve(this, padded, standard.reshape(raw.getShape()), pass.value(bias, x), geometry, pass);
    }
}
