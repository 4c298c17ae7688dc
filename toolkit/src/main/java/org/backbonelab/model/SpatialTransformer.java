package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;

/** A ViT's block on positions of an image, one of FCMAE's decoders: (N, C, h, w) to (N, C, h, w). */
final class SpatialTransformer extends Layer {
    private static final Init INIT = Init.normal(0.02);
    private static final int HEAD = 16;

    private final Parameter positions;
    private final Vit.EncoderBlock block;

    /**
     * Builds a block with heads of 16 channels.
     *
     * @param side positions on a side, each with a learned vector that is added first; 0 for none
     */
    SpatialTransformer(String name, int dim, int side) {
        positions = side == 0 ? null : parameter("pos_embed", Role.POSITION, INIT, 1, (long) side * side, dim);
        block = child("block", new Vit.EncoderBlock(name, dim, Math.max(1, dim / HEAD), INIT, Init.ZEROS, 0));
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        Shape shape = x.getShape();
        NDArray tokens = x.flatten(2, 3).transpose(0, 2, 1);
        NDArray y = block.apply(positions == null ? tokens : tokens.add(pass.value(positions, x)), pass);
        return y.transpose(0, 2, 1).reshape(shape);
    }
}
