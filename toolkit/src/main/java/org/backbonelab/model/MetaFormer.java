package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
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
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.layer.SampleNorm;
import org.backbonelab.layer.StarRelu;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Pointwise;
import org.backbonelab.tensor.Spatial;

/**
 * MetaFormer baselines (Yu et al., arXiv 2210.13452): one frame, and a token mixer per stage.
 *
 * <p>Norms and linear layers in blocks have no bias; the activation is StarReLU; from the third stage on the residual
 * path has a learned scale. Inside, arrays are (N, H, W, C). Names as timm's: {@code stem.conv,
 * stages.1.downsample.norm, stages.0.blocks.0.token_mixer.dwconv, stages.2.blocks.0.res_scale1.scale, head.fc}.
 */
public final class MetaFormer extends Backbone {
    private static final Init INIT = Init.normal(0.02);
    private static final int HEAD_WIDTH = 32;
    private static final int SCALED_FROM = 2;

    /** What mixes positions. */
    public enum Mixer {
        /** Nothing does. */
        IDENTITY,
        /** The mean of 3x3 positions, less the position itself. */
        POOLING,
        /** Linear, StarReLU, 7x7 depthwise convolution, linear. */
        SEPARABLE,
        /** Self-attention with heads of 32 channels. */
        ATTENTION
    }

    private final Conv stem;
    private final LayerNorm stemNorm;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear fc;
    private final MlpHead mlpHead;

    /**
     * The sizes of one member of the family.
     *
     * @param stride of the stem: 4 with a 7x7 kernel, 2 with a 3x3 one for small images
     * @param dims channels per stage; every stage but the first halves the resolution
     * @param depths blocks per stage
     * @param mixers per stage
     * @param plain whether norms are over channels and space together and the classifier is linear, as published for
     *     mixers without weights; else norms are over channels and the classifier is an MLP
     */
    public record Config(int stride, List<Integer> dims, List<Integer> depths, List<Mixer> mixers, boolean plain) {
        /** Returns the sizes S12; half of the stages have the first mixer. */
        static Config s12(Mixer first, Mixer second, boolean plain) {
            List<Mixer> mixers = List.of(first, first, second, second);
            return new Config(4, List.of(64, 128, 320, 512), List.of(2, 2, 6, 2), mixers, plain);
        }

        /** Returns a small one of three stages, the first with the first mixer. */
        static Config micro(Mixer first, Mixer second, boolean plain) {
            List<Mixer> mixers = List.of(first, second, second);
            return new Config(2, List.of(32, 64, 128), List.of(1, 1, 2), mixers, plain);
        }

        /** Returns a small one of one stage: four blocks of 96 channels behind a 7 x 7 stem at stride 4. */
        static Config isotropic(Mixer mixer) {
            return new Config(4, List.of(96), List.of(4), List.of(mixer), false);
        }
    }

    /** Builds a network. */
    public MetaFormer(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        int dim = config.dims.get(0);
        boolean large = config.stride == 4;
        Conv.Spec first = large
                ? new Conv.Spec(spec.channels(), dim, 7, 4, 2, 1)
                : Conv.Spec.same(spec.channels(), dim, 3, config.stride);
        stem = child("stem.conv", new Conv(first, INIT, true));
        stemNorm = child("stem.norm", LayerNorm.lastWithoutBias(dim));
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        int at = 0;
        for (int stage = 0; stage < config.dims.size(); stage++) {
            int out = config.dims.get(stage);
            if (stage > 0) {
                layers.add(child("stages." + stage + ".downsample", new Downsample(dim, out)));
            }
            dim = out;
            for (int i = 0; i < config.depths.get(stage); i++) {
                String name = "stages." + stage + ".blocks." + i;
                layers.add(block(name, new MetaBlock(name, stage, config, rates[at++])));
            }
        }
        norm = child("head.norm", LayerNorm.last(dim));
        fc = config.plain ? child("head.fc", Linear.classifier(dim, spec.classes(), INIT)) : null;
        mlpHead = config.plain ? null : child("head.fc", new MlpHead(dim, spec.classes()));
    }

    /** As {@link ConvNeXt} has it, whose stages these are. */
    @Override
    protected int stemBlock() {
        return 1;
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = stemNorm.apply(stem.apply(x, pass).transpose(0, 2, 3, 1), pass);
        return applyAll(layers, y, pass).transpose(0, 3, 1, 2);
    }

    @Override
    public Set<String> mixers() {
        return Set.of("token_mixer");
    }

    @Override
    protected NDArray asMap(NDArray block) {
        return block.transpose(0, 3, 1, 2);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        NDArray y = norm.apply(Kernels.spatialMean(features), pass);
        return (fc == null ? mlpHead : fc).apply(y, pass);
    }

    private static final class MlpHead extends Layer {
        private final Linear fc1;
        private final LayerNorm norm;
        private final Linear fc2;

        MlpHead(int dim, int classes) {
            fc1 = child("fc1", new Linear(dim, 4 * dim, INIT));
            norm = child("norm", LayerNorm.last(4 * dim));
            fc2 = child("fc2", Linear.classifier(4 * dim, classes, INIT));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            return fc2.apply(norm.apply(Pointwise.squaredRelu(fc1.apply(x, pass)), pass), pass);
        }
    }

    private static final class Downsample extends Layer {
        private final LayerNorm norm;
        private final Conv conv;

        Downsample(int in, int out) {
            norm = child("norm", LayerNorm.lastWithoutBias(in));
            conv = child("conv", new Conv(Conv.Spec.same(in, out, 3, 2), INIT, true));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            return conv.apply(norm.apply(x, pass).transpose(0, 3, 1, 2), pass).transpose(0, 2, 3, 1);
        }
    }

    private static final class Separable extends Layer {
        private final Linear expand;
        private final StarRelu act;
        private final Conv depthwise;
        private final Linear project;

        Separable(int dim) {
            expand = child("pwconv1", new Linear(dim, 2 * dim, INIT, null).storedAsConvolution(1));
            act = child("act1", new StarRelu());
            depthwise = child("dwconv", new Conv(Conv.Spec.depthwise(2 * dim, 7), INIT, false));
            project = child("pwconv2", new Linear(2 * dim, dim, INIT, null).storedAsConvolution(1));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = act.apply(expand.apply(x, pass), pass);
            y = depthwise.apply(y.transpose(0, 3, 1, 2), pass).transpose(0, 2, 3, 1);
            return project.apply(y, pass);
        }
    }

    private static final class MetaBlock extends Layer {
        private final String name;
        private final Mixer kind;
        private final Layer norm1;
        private final Layer mixer;
        private final Parameter scale1;
        private final Layer norm2;
        private final Linear fc1;
        private final StarRelu act;
        private final Linear fc2;
        private final Parameter scale2;
        private final double dropPath;

        MetaBlock(String name, int stage, Config config, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            kind = config.mixers.get(stage);
            int dim = config.dims.get(stage);
            boolean plain = config.plain;
            norm1 = child("norm1", plain ? new SampleNorm(dim) : LayerNorm.lastWithoutBias(dim));
            mixer = switch (kind) {
                case SEPARABLE -> child("token_mixer", new Separable(dim));
                case ATTENTION -> child("token_mixer", new Attention(dim, Math.max(1, dim / HEAD_WIDTH), INIT, null));
                default -> null;
            };
            boolean scaled = stage >= SCALED_FROM;
            scale1 = scaled ? parameter("res_scale1.scale", Role.SCALE, Init.ONES, dim) : null;
            norm2 = child("norm2", plain ? new SampleNorm(dim) : LayerNorm.lastWithoutBias(dim));
            fc1 = child("mlp.fc1", linear(dim, 4 * dim));
            act = child("mlp.act", new StarRelu());
            fc2 = child("mlp.fc2", linear(4 * dim, dim));
            scale2 = scaled ? parameter("res_scale2.scale", Role.SCALE, Init.ONES, dim) : null;
        }

        private Linear linear(int in, int out) {
            Linear linear = new Linear(in, out, INIT, null);
            return kind == Mixer.ATTENTION ? linear : linear.storedAsConvolution(1);
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = scaled(x, scale1, pass).add(pass.dropPath(mix(norm1.apply(x, pass), pass), dropPath));
            NDArray hidden = act.apply(fc1.apply(norm2.apply(y, pass), pass), pass);
            pass.tap(Tap.NEURONS, name + ".act", hidden);
            NDArray out = scaled(y, scale2, pass).add(pass.dropPath(fc2.apply(hidden, pass), dropPath));
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }

        private NDArray mix(NDArray x, Pass pass) {
            return switch (kind) {
                case IDENTITY -> x;
                case POOLING ->
                    Spatial.neighbourMean(x.transpose(0, 3, 1, 2))
                            .transpose(0, 2, 3, 1)
                            .sub(x);
                case SEPARABLE -> mixer.apply(x, pass);
                case ATTENTION -> mixer.apply(x.flatten(1, 2), pass).reshape(x.getShape());
            };
        }

        private static NDArray scaled(NDArray x, Parameter scale, Pass pass) {
            return scale == null ? x : x.mul(pass.value(scale, x));
        }
    }
}
