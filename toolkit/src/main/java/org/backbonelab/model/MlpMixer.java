package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Mlp;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;

/**
 * MLP-Mixer (Tolstikhin et al. 2021): token MLPs and channel MLPs, mean over tokens, zero head.
 *
 * <p>Names as timm's: {@code stem.proj, blocks.0.mlp_tokens.fc1, blocks.0.mlp_channels.fc1, norm, head}.
 */
public final class MlpMixer extends Backbone {
    private final Conv stem;
    private final List<MixerBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear head;
    private final int side;

    /** The sizes of one member of the family. */
    public record Config(int patch, int dim, int depth, int tokenHidden, int channelHidden) {}

    /** Builds a network. */
    public MlpMixer(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        side = patches(spec, config.patch);
        stem = child(
                "stem.proj",
                new Conv(Conv.Spec.patch(spec.channels(), config.dim, config.patch), Init.truncatedLeCun(), true));
        double[] rates = dropPathRates(config.depth, dropPath);
        for (int i = 0; i < config.depth; i++) {
            String name = "blocks." + i;
            blocks.add(block(name, new MixerBlock(name, side * side, config, rates[i])));
        }
        norm = child("norm", LayerNorm.last(config.dim));
        head = child("head", Linear.classifier(config.dim, spec.classes(), Init.ZEROS));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = stem.apply(x, pass).flatten(2, 3).transpose(0, 2, 1);
        return norm.apply(applyAll(blocks, y, pass), pass);
    }

    @Override
    public Set<String> mixers() {
        return Set.of("mlp_tokens");
    }

    @Override
    protected NDArray asMap(NDArray block) {
        NDArray tokens = block;
        return tokens.transpose(0, 2, 1)
                .reshape(tokens.getShape().get(0), tokens.getShape().get(2), side, side);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return head.apply(features.mean(new int[] {1}), pass);
    }

    private static final class MixerBlock extends Layer {
        private final String name;
        private final LayerNorm norm1;
        private final Mlp tokens;
        private final LayerNorm norm2;
        private final Mlp channels;
        private final double dropPath;

        MixerBlock(String name, int tokenCount, Config config, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            Init init = Init.truncatedLeCun();
            norm1 = child("norm1", LayerNorm.last(config.dim));
            tokens = child(
                    "mlp_tokens",
                    new Mlp(tokenCount, config.tokenHidden, init, Init.ZEROS, Tap.INNER, name + ".tokens.act"));
            norm2 = child("norm2", LayerNorm.last(config.dim));
            channels =
                    child("mlp_channels", new Mlp(config.dim, config.channelHidden, init, Init.ZEROS, name + ".act"));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray mixed =
                    tokens.apply(norm1.apply(x, pass).transpose(0, 2, 1), pass).transpose(0, 2, 1);
            NDArray y = x.add(pass.dropPath(mixed, dropPath));
            NDArray out = y.add(pass.dropPath(channels.apply(norm2.apply(y, pass), pass), dropPath));
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }
}
