package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Patches;
import org.backbonelab.layer.Role;

/**
 * The decoder of FCMAE (ConvNeXt V2, arXiv 2301.00808, section 3): project, put one mask token at masked positions,
 * dense blocks, predict each patch.
 *
 * <p>(N, C, h, w) to (N, h * w, patch * patch * channels), values of a patch in order row, column, channel.
 */
public final class FcmaeDecoder extends Layer {
    private static final Init INIT = Init.normal(0.02);

    private final Conv proj;
    private final Parameter maskToken;
    private final List<Layer> blocks = new ArrayList<>();
    private final Conv pred;

    /** What the blocks are. */
    public enum Kind {
        /** ConvNeXt V2's, as in the paper. */
        CONVNEXT,
        /** A vision transformer's, with learned positions. */
        TRANSFORMER
    }

    /**
     * What a decoder is made of.
     *
     * @param width channels; the paper's is 512
     * @param depth blocks, 1 or more: without one, nothing of the visible patches would reach the others; the paper's is 1
     */
    public record Config(Kind kind, int width, int depth) {
        /** Checks both numbers. */
        public Config {
            if (width < 1 || depth < 1) {
                throw new IllegalArgumentException(
                        "a decoder of width " + width + " and depth " + depth + ", expected 1 or more of both");
            }
        }

        /** Returns a decoder of one ConvNeXt block, as the paper's. */
        public static Config ofWidth(int width) {
            return new Config(Kind.CONVNEXT, width, 1);
        }
    }

    /**
     * Builds a decoder.
     *
     * @param encoder whose features come in
     * @throws IllegalArgumentException if the encoder's images are not whole patches: all of an image is to be restored
     */
    public FcmaeDecoder(ConvNeXt encoder, Config config) {
        int stride = encoder.config().stride();
        Backbone.patches(encoder.spec(), stride);
        int dim = config.width;
        proj = child("proj", new Conv(new Conv.Spec(encoder.config().width(), dim, 1, 1, 0, 1), INIT, true));
        maskToken = parameter("mask_token", Role.TOKEN, INIT, 1, dim, 1, 1);
        int side = encoder.spec().size() / stride;
        for (int i = 0; i < config.depth; i++) {
            String name = "decoder." + i;
            blocks.add(child(
                    name,
                    config.kind == Kind.CONVNEXT
                            ? ConvNeXt.ConvNeXtBlock.v2(name, dim)
                            : new SpatialTransformer(name, dim, i == 0 ? side : 0)));
        }
        int values = stride * stride * encoder.spec().channels();
        pred = child("pred", new Conv(new Conv.Spec(dim, values, 1, 1, 0, 1), INIT, true));
    }

    /** {@inheritDoc} Under {@link Pass#visible} the features are (N, C, h, w), and those of removed patches are not read. */
    @Override
    public NDArray apply(NDArray features, Pass pass) {
        NDArray visible = pass.visible(features);
        NDArray y = proj.apply(features, pass).mul(visible);
        y = restored(y, visible.neg().add(1), pass.withVisible(null));
        return pred.apply(y, pass).flatten(2, 3).transpose(0, 2, 1);
    }

    /**
     * Predicts removed patches from packed features.
     *
     * @param features of the visible patches, (N, C, K, 1)
     * @param removed the patches to predict
     * @param pass over the visible patches
     * @return (N, L, patch * patch * channels), L removed patches in an image
     */
    public NDArray predictRemoved(NDArray features, Patches removed, Pass pass) {
        NDArray y = pass.patches().put(proj.apply(features, pass));
        y = restored(y, removed.chosen(), pass.withPatches(null));
        return pred.apply(removed.take(y), pass).flatten(2, 3).transpose(0, 2, 1);
    }

    /** Nothing is masked from here on: the token is what the decoder sees. */
    private NDArray restored(NDArray projected, NDArray removed, Pass pass) {
        NDArray y = projected.add(removed.mul(pass.value(maskToken, projected)));
        for (Layer block : blocks) {
            y = block.apply(y, pass);
        }
        return y;
    }
}
