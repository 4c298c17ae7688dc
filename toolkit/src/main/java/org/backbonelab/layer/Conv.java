package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Kernels;

/** A two-dimensional convolution: (N, in, H, W) to (N, out, H', W'). */
public final class Conv extends Layer {
    private final Parameter weight;
    private final Parameter bias;
    private final Kernels.Geometry geometry;

    /**
     * Builds a convolution with square kernel.
     *
     * @param spec channels, kernel, stride, padding, groups
     * @param init of the weight (out, in / groups, k, k)
     * @param withBias whether a bias, initially zero, is added
     */
    public Conv(Spec spec, Init init, boolean withBias) {
        this(spec, init, withBias ? Init.ZEROS : null);
    }

    private Conv(Spec spec, Init init, Init biasInit) {
        weight = parameter("weight", Role.WEIGHT, init, spec.out, spec.in / spec.groups, spec.kernel, spec.kernel);
        bias = biasInit == null ? null : parameter("bias", Role.BIAS, biasInit, spec.out);
        geometry = spec.geometry();
    }

    /** Returns a convolution whose weight and bias start as PyTorch's do: U(-a, a), a = 1 / sqrt(fan-in). */
    public static Conv ofPytorchDefault(Spec spec) {
        double fanIn = (double) spec.in / spec.groups * spec.kernel * spec.kernel;
        return new Conv(spec, Init.pytorchDefault(), Init.uniform(1 / Math.sqrt(fanIn)));
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray w = pass.value(weight, x);
        return convolve(this, x, w, bias == null ? null : pass.value(bias, x), geometry, pass);
    }

    /** Convolves and counts the multiply-adds. */
    static NDArray convolve(Layer layer, NDArray x, NDArray w, NDArray b, Kernels.Geometry geometry, Pass pass) {
        NDArray y = Kernels.conv(x, w, b, geometry, pass.isBf16());
        pass.count(
                layer,
                y,
                y.getShape().size() * w.getShape().size() / w.getShape().get(0));
        return y;
    }

    /** The geometry of a convolution with a square kernel. */
    public record Spec(int in, int out, int kernel, int stride, int padding, int groups) {
        /** Checks that the groups divide the channels. */
        public Spec {
            if (in % groups != 0 || out % groups != 0) {
                throw new IllegalArgumentException(
                        "groups " + groups + " do not divide the channels " + in + " and " + out);
            }
        }

        Kernels.Geometry geometry() {
            return new Kernels.Geometry(stride, padding, groups);
        }

        /** Returns a convolution that keeps the size at stride 1 (odd kernels). */
        public static Spec same(int in, int out, int kernel, int stride) {
            return new Spec(in, out, kernel, stride, kernel / 2, 1);
        }

        /** Returns a convolution over patches that do not overlap. */
        public static Spec patch(int in, int out, int size) {
            return new Spec(in, out, size, size, 0, 1);
        }

        /** Returns a depthwise convolution that keeps the size. */
        public static Spec depthwise(int channels, int kernel) {
            return new Spec(channels, channels, kernel, 1, kernel / 2, channels);
        }
    }
}
