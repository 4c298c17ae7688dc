package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;

/**
 * Global response normalisation (ConvNeXt V2, arXiv 2301.00808, algorithm 1).
 *
 * <p>Per sample, g_i = ||X_i||_2 over space, n_i = g_i / (mean_j g_j + eps), Y_i = gamma_i X_i n_i + beta_i + X_i.
 * Under a mask the norm is taken over visible positions only, and still applied to all.
 */
public final class Grn extends Layer {
    private static final float EPS = 1e-6f;

    private final Parameter weight;
    private final Parameter bias;

    /** Builds the norm; gamma and beta start at zero, which makes it the identity. */
    public Grn(int channels) {
        this(channels, "weight", "bias");
    }

    private Grn(int channels, String weightName, String biasName) {
        weight = parameter(weightName, Role.NORM, Init.ZEROS, channels);
        bias = biasName == null ? null : parameter(biasName, Role.BIAS, Init.ZEROS, channels);
    }

    /** Returns a norm whose parameters are stored as the authors have them: gamma and beta, (1, 1, 1, C). */
    public static Grn asGammaAndBeta(int channels) {
        Grn grn = asGamma(channels, "beta");
        grn.storedAs(grn.bias, 1, 1, 1, channels);
        return grn;
    }

    /** Returns a norm without beta, whose gamma is stored as the authors have it, (1, 1, 1, C). */
    public static Grn withoutBeta(int channels) {
        return asGamma(channels, null);
    }

    private static Grn asGamma(int channels, String biasName) {
        Grn grn = new Grn(channels, "gamma", biasName);
        grn.storedAs(grn.weight, 1, 1, 1, channels);
        return grn;
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return apply(x, null, pass);
    }

    /**
     * Computes the norm.
     *
     * @param x (N, H, W, C)
     * @param visible (N, H, W, 1), 1 where the position counts, or null for all
     */
    public NDArray apply(NDArray x, NDArray visible, Pass pass) {
        NDArray seen = visible == null ? x : x.mul(visible);
        // The root of zero has no derivative: a dead channel would turn the gradient to NaN.
        NDArray g = seen.square().sum(new int[] {1, 2}, true).add(EPS * EPS).sqrt();
        NDArray n = g.div(g.mean(new int[] {3}, true).add(EPS));
        NDArray y = x.mul(n).mul(pass.value(weight, x));
        return (bias == null ? y : y.add(pass.value(bias, x))).add(x);
    }
}
