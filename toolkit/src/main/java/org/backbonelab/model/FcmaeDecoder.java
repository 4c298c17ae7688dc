package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;

/**
 * The decoder of FCMAE (ConvNeXt V2, arXiv 2301.00808, section 3): project, put one mask token at masked positions,
 * one dense ConvNeXt V2 block, predict each patch.
 *
 * <p>(N, C, h, w) to (N, h * w, patch * patch * channels), values of a patch in order row, column, channel.
 */
public final class FcmaeDecoder extends Layer {
    private static final Init INIT = Init.normal(0.02);

    private final Conv proj;
    private final Parameter maskToken;
    private final ConvNeXt.ConvNeXtBlock block;
    private final Conv pred;

    /**
     * Builds a decoder.
     *
     * @param encoder whose features come in
     * @param dim width of the decoder; the paper's is 512
     * @throws IllegalArgumentException if the encoder's images are not whole patches: all of an image is to be restored
     */
    public FcmaeDecoder(ConvNeXt encoder, int dim) {
        int stride = encoder.config().stride();
        Backbone.patches(encoder.spec(), stride);
        proj = child("proj", new Conv(new Conv.Spec(encoder.config().width(), dim, 1, 1, 0, 1), INIT, true));
        maskToken = parameter("mask_token", Role.TOKEN, INIT, 1, dim, 1, 1);
        block = child("decoder.0", new ConvNeXt.ConvNeXtBlock("decoder.0", dim, true, false, 0));
        int values = stride * stride * encoder.spec().channels();
        pred = child("pred", new Conv(new Conv.Spec(dim, values, 1, 1, 0, 1), INIT, true));
    }

    @Override
    public NDArray apply(NDArray features, Pass pass) {
        NDArray visible = pass.visible(features);
        NDArray y = proj.apply(features, pass);
        y = y.mul(visible).add(visible.neg().add(1).mul(pass.value(maskToken, features)));
        // Nothing is masked from here on: the token is what the decoder sees.
        y = pred.apply(block.apply(y, pass.withVisible(null)), pass);
        return y.flatten(2, 3).transpose(0, 2, 1);
    }
}
