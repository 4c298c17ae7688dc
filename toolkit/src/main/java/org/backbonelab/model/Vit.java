package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.Attention;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Mlp;
import org.backbonelab.layer.Pass;

/**
 * Vision Transformer (Dosovitskiy et al. 2021): pre-norm blocks, class token, learned positions, zero head.
 *
 * <p>Names as timm's: {@code patch_embed.proj, cls_token, pos_embed, blocks.0.attn.qkv, norm, head}.
 */
public final class Vit extends Backbone {
    private final Conv patchEmbed;
    private final Parameter clsToken;
    private final Parameter posEmbed;
    private final List<EncoderBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear head;
    private final int side;

    /** The sizes of one member of the family. */
    public record Config(int patch, int dim, int depth, int heads) {}

    /** Builds a network. */
    public Vit(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        side = patches(spec, config.patch);
        int dim = config.dim;
        patchEmbed = child(
                "patch_embed.proj", new Conv(Conv.Spec.patch(spec.channels(), dim, config.patch), Init.leCun(), true));
        clsToken = parameter("cls_token", Init.ZEROS, 1, 1, dim);
        posEmbed = parameter("pos_embed", Init.normal(0.02), 1, (long) side * side + 1, dim);
        double[] rates = dropPathRates(config.depth, dropPath);
        for (int i = 0; i < config.depth; i++) {
            String name = "blocks." + i;
            blocks.add(child(name, new EncoderBlock(name, dim, config.heads, rates[i])));
        }
        norm = child("norm", LayerNorm.last(dim));
        head = child("head", new Linear(dim, spec.classes(), Init.ZEROS));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray tokens = patchEmbed.apply(x, pass).flatten(2, 3).transpose(0, 2, 1);
        long n = x.getShape().get(0);
        NDArray cls = pass.value(clsToken, x).repeat(0, n);
        NDArray y = NDArrays.concat(new NDList(cls, tokens), 1).add(pass.value(posEmbed, x));
        for (EncoderBlock block : blocks) {
            y = block.applyAlone(y, pass);
        }
        return norm.apply(y, pass);
    }

    @Override
    protected NDArray asMap(NDArray block) {
        // Without the token of the class.
        NDArray tokens = block.get(":,1:");
        return tokens.transpose(0, 2, 1)
                .reshape(tokens.getShape().get(0), tokens.getShape().get(2), side, side);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return head.apply(features.get(":,0"), pass);
    }

    private static final class EncoderBlock extends Layer {
        private final String name;
        private final LayerNorm norm1;
        private final Attention attn;
        private final LayerNorm norm2;
        private final Mlp mlp;
        private final double dropPath;

        EncoderBlock(String name, int dim, int heads, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            Init xavier = Init.xavierUniform();
            norm1 = child("norm1", LayerNorm.last(dim));
            attn = child("attn", new Attention(dim, heads, xavier));
            norm2 = child("norm2", LayerNorm.last(dim));
            mlp = child("mlp", new Mlp(dim, 4 * dim, xavier, Init.normal(1e-6), name + ".act"));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = x.add(pass.dropPath(attn.apply(norm1.apply(x, pass), pass), dropPath));
            NDArray out = y.add(pass.dropPath(mlp.apply(norm2.apply(y, pass), pass), dropPath));
            pass.tap(name, out);
            return out;
        }
    }
}
