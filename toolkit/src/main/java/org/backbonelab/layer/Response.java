package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import org.backbonelab.tensor.Spatial;
import org.backbonelab.tensor.Torch;

/**
 * What a ConvNeXt V2 block has between GELU and its second linear layer: GRN, or what the paper compares it with
 * (arXiv 2301.00808, table 2).
 *
 * <p>(N, H, W, C) to (N, H, W, C). Where the others stand in a block the paper does not say; here they take GRN's place.
 */
public final class Response extends Layer {
    private static final float EPS = 1e-6f;
    private static final Init INIT = Init.normal(0.02);
    /** Of SE and CBAM; gives the 109 M parameters that the paper says of Base. */
    private static final int REDUCTION = 16;

    private final Kind kind;
    private final Parameter weight;
    private final Parameter bias;
    private final Layer norm;
    private final Linear squeeze;
    private final Linear excite;
    private final Conv spatial;

    /** The choices. */
    public enum Kind {
        /** Nothing, as in V1. */
        NONE,
        /** Global response normalisation. */
        GRN,
        /** GRN whose aggregation is the L1 norm. */
        L1,
        /** GRN whose aggregation is the mean. */
        MEAN,
        /** GRN that standardises: (g - mean g) / deviation. */
        STANDARDISED,
        /** GRN that divides by the mean alone: 1 / mean g. */
        INVERSE,
        /** GRN that does not add its input. */
        NO_RESIDUAL,
        /** Local response normalisation over five channels (AlexNet). */
        LRN,
        /** Batch normalisation. */
        BN,
        /** Layer normalisation. */
        LN,
        /** Squeeze and excitation (arXiv 1709.01507). */
        SE,
        /** Convolutional block attention (arXiv 1807.06521). */
        CBAM;

        /** Tells whether it is a form of GRN, which starts as the identity. */
        public boolean isGrn() {
            return switch (this) {
                case GRN, L1, MEAN, STANDARDISED, INVERSE, NO_RESIDUAL -> true;
                default -> false;
            };
        }
    }

    /**
     * Builds one.
     *
     * @throws IllegalArgumentException for {@link Kind#GRN}, which is a {@link Grn}, and {@link Kind#NONE}, which is no layer
     */
    public Response(Kind kind, int channels) {
        if (kind == Kind.GRN || kind == Kind.NONE) {
            throw new IllegalArgumentException(
                    "a response of kind " + kind + ", expected one that stands in GRN's place");
        }
        this.kind = kind;
        boolean gates = kind == Kind.SE || kind == Kind.CBAM;
        int inner = Math.max(1, channels / REDUCTION);
        // Without its residual a GRN of zeros would stop all signal.
        Init first = kind == Kind.NO_RESIDUAL ? Init.ONES : Init.ZEROS;
        weight = kind.isGrn() ? parameter("weight", Role.NORM, first, channels) : null;
        bias = kind.isGrn() ? parameter("bias", Role.BIAS, Init.ZEROS, channels) : null;
        norm = switch (kind) {
            case BN -> child("norm", new BatchNorm(channels, Init.ONES));
            case LN -> child("norm", LayerNorm.last(channels));
            default -> null;
        };
        squeeze = gates ? child("fc1", new Linear(channels, inner, INIT)) : null;
        excite = gates ? child("fc2", new Linear(inner, channels, INIT)) : null;
        spatial = kind == Kind.CBAM ? child("spatial", new Conv(Conv.Spec.same(2, 1, 7, 1), INIT, true)) : null;
    }

    /** Returns which of the choices it is. */
    public Kind kind() {
        return kind;
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        return switch (kind) {
            case LRN -> Spatial.localResponseNorm(x);
            case LN -> norm.apply(x, pass);
            case BN -> norm.apply(x.transpose(0, 3, 1, 2), pass).transpose(0, 2, 3, 1);
            case SE -> x.mul(Activation.sigmoid(mlp(mean(x), pass)));
            case CBAM -> attended(x, pass);
            default -> grn(x, pass);
        };
    }

    private NDArray grn(NDArray x, Pass pass) {
        NDArray g =
                switch (kind) {
                    case L1 -> x.abs().sum(new int[] {1, 2}, true);
                    case MEAN -> mean(x);
                    default ->
                        x.square().sum(new int[] {1, 2}, true).add(EPS * EPS).sqrt();
                };
        NDArray mean = g.mean(new int[] {3}, true);
        NDArray n =
                switch (kind) {
                    case STANDARDISED -> g.sub(mean).div(deviation(g, mean));
                    case INVERSE -> Torch.scalar(x, 1).div(mean.add(EPS));
                    default -> g.div(mean.add(EPS));
                };
        NDArray y = x.mul(n).mul(pass.value(weight, x)).add(pass.value(bias, x));
        return kind == Kind.NO_RESIDUAL ? y : y.add(x);
    }

    private static NDArray deviation(NDArray g, NDArray mean) {
        return g.sub(mean)
                .square()
                .mean(new int[] {3}, true)
                .add(EPS * EPS)
                .sqrt()
                .add(EPS);
    }

    private static NDArray mean(NDArray x) {
        return x.mean(new int[] {2}, true).mean(new int[] {1}, true);
    }

    private NDArray mlp(NDArray pooled, Pass pass) {
        return excite.apply(Activation.relu(squeeze.apply(pooled, pass)), pass);
    }

    private NDArray attended(NDArray x, Pass pass) {
        NDArray most = x.max(new int[] {2}, true).max(new int[] {1}, true);
        NDArray y = x.mul(Activation.sigmoid(mlp(mean(x), pass).add(mlp(most, pass))));
        NDArray map = y.mean(new int[] {3}, true)
                .concat(y.max(new int[] {3}, true), 3)
                .transpose(0, 3, 1, 2);
        Patches patches = pass.patches();
        NDArray looked =
                patches == null ? spatial.apply(map, pass) : patches.take(spatial.apply(patches.put(map), pass));
        return y.mul(Activation.sigmoid(looked).transpose(0, 2, 3, 1));
    }
}
