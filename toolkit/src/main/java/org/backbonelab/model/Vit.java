package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.backbonelab.layer.Attention;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Mlp;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.layer.Tap;

/**
 * Vision Transformer (Dosovitskiy et al. 2021): pre-norm blocks, class token, learned positions.
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

    /** Initial values. */
    public enum Start {
        /** As the authors' Flax code: linear layers by Glorot's rule, a zero head. */
        FLAX,
        /** As timm and DeiT: linear layers and head from N(0, 0.02^2). */
        DEIT
    }

    /** The sizes of one member of the family, and its initial values. */
    public record Config(int patch, int dim, int depth, int heads, Start start) {
        /** Builds sizes with the initial values of the authors' Flax code. */
        public Config(int patch, int dim, int depth, int heads) {
            this(patch, dim, depth, heads, Start.FLAX);
        }

        private boolean isFlax() {
            return start == Start.FLAX;
        }
    }

    /** Builds a network. */
    public Vit(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        side = patches(spec, config.patch);
        int dim = config.dim;
        Conv.Spec patches = Conv.Spec.patch(spec.channels(), dim, config.patch);
        patchEmbed = child(
                "patch_embed.proj",
                config.isFlax() ? new Conv(patches, Init.truncatedLeCun(), true) : Conv.ofPytorchDefault(patches));
        clsToken = parameter("cls_token", Role.TOKEN, config.isFlax() ? Init.ZEROS : Init.normal(1e-6), 1, 1, dim);
        posEmbed = parameter("pos_embed", Role.POSITION, Init.normal(0.02), 1, (long) side * side + 1, dim);
        double[] rates = dropPathRates(config.depth, dropPath);
        Init init = config.isFlax() ? Init.xavierUniform() : Init.normal(0.02);
        Init biasInit = config.isFlax() ? Init.normal(1e-6) : Init.ZEROS;
        for (int i = 0; i < config.depth; i++) {
            String name = "blocks." + i;
            blocks.add(block(name, new EncoderBlock(name, dim, config.heads, init, biasInit, rates[i])));
        }
        norm = child("norm", LayerNorm.last(dim));
        head = child("head", Linear.classifier(dim, spec.classes(), config.isFlax() ? Init.ZEROS : Init.normal(0.02)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray tokens = patchEmbed.apply(x, pass).flatten(2, 3).transpose(0, 2, 1);
        long n = x.getShape().get(0);
        NDArray cls = pass.value(clsToken, x).repeat(0, n);
        NDArray y = NDArrays.concat(new NDList(cls, tokens), 1).add(pass.value(posEmbed, x));
        return norm.apply(applyAll(blocks, y, pass), pass);
    }

    @Override
    public Set<String> mixers() {
        return Set.of("attn");
    }

    @Override
    protected NDArray asMap(NDArray block) {
        // Without the token of the class.
        NDArray tokens = block.get(":,1:");
        return tokens.transpose(0, 2, 1)
                .reshape(tokens.getShape().get(0), tokens.getShape().get(2), side, side);
    }

    @Override
    public NDArray pooled(NDArray features) {
        return features.get(":,0");
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return head.apply(pooled(features), pass);
    }

    /** One block: (N, T, D) to (N, T, D); also a decoder of FCMAE. */
    static final class EncoderBlock extends Layer {
        private final String name;
        private final LayerNorm norm1;
        private final Attention attn;
        private final LayerNorm norm2;
        private final Mlp mlp;
        private final double dropPath;

        EncoderBlock(String name, int dim, int heads, Init init, Init biasInit, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            norm1 = child("norm1", LayerNorm.last(dim));
            attn = child("attn", new Attention(dim, heads, init));
            norm2 = child("norm2", LayerNorm.last(dim));
            mlp = child("mlp", new Mlp(dim, 4 * dim, init, biasInit, name + ".act"));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = x.add(pass.dropPath(attn.apply(norm1.apply(x, pass), pass), dropPath));
            NDArray out = y.add(pass.dropPath(mlp.apply(norm2.apply(y, pass), pass), dropPath));
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }
}
