package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Grn;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Patches;
import org.backbonelab.layer.Response;
import org.backbonelab.layer.Role;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;

/**
 * ConvNeXt (arXiv 2201.03545) and ConvNeXt V2 (2301.00808).
 *
 * <p>V2 puts a global response norm after GELU and drops LayerScale. Under {@link Pass#visible} the depthwise
 * convolutions see zeros at masked positions and the norms count visible ones only, which equals sparse convolution
 * (V2, section 3). Over {@link Pass#patches} they see the same, and all other layers compute the visible patches alone.
 * Names as timm's: {@code stem.0, stages.0.blocks.1.conv_dw, head.fc}.
 *
 * <p>Images of any side from the stride on will do; rows and columns that do not fill a patch are left out, as timm does.
 * {@link FcmaeDecoder} alone needs images of whole patches.
 */
public final class ConvNeXt extends Backbone {
    private static final Init INIT = Init.normal(0.02);
    /** Timm's weight files have 1x1 convolutions in blocks up to Nano, which starts with so many channels. */
    private static final int POINTWISE_MOST = 80;

    private final Conv stem;
    private final LayerNorm stemNorm;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear fc;
    private final Config config;

    /**
     * The sizes of one member of the family.
     *
     * @param response what a block has after GELU; V1 has nothing, V2 a global response norm
     * @param layerScale whether a block's branch is scaled by channel, from 1e-6 on, as in V1
     * @param patch kernel and stride of the stem; 1 stands for a 3x3 kernel at stride 1, for small images
     * @param dims channels per stage
     * @param depths blocks per stage
     */
    public record Config(
            Response.Kind response, boolean layerScale, int patch, List<Integer> dims, List<Integer> depths) {
        /** Chooses one of the versions; V2 has a global response norm instead of LayerScale. */
        public Config(boolean v2, int patch, List<Integer> dims, List<Integer> depths) {
            this(v2 ? Response.Kind.GRN : Response.Kind.NONE, !v2, patch, dims, depths);
        }

        private static Config micro(Response.Kind response, boolean layerScale) {
            return new Config(response, layerScale, 2, List.of(32, 64), List.of(2, 2));
        }

        /** Returns the total stride: one position of the last stage is this many pixels wide. */
        public int stride() {
            return patch << (dims.size() - 1);
        }

        /** Returns the channels of the last stage. */
        public int width() {
            return dims.get(dims.size() - 1);
        }
    }

    /** Returns V2 micro with each thing that may stand in GRN's place, and with LayerScale beside it, by name. */
    static Map<String, Config> ablations() {
        Map<String, Config> out = new LinkedHashMap<>();
        for (Response.Kind kind : EnumSet.complementOf(EnumSet.of(Response.Kind.GRN))) {
            out.put("convnextv2_micro_w32_" + kind.name().toLowerCase(Locale.ROOT), Config.micro(kind, false));
        }
        out.put("convnextv2_micro_w32_layer_scale", Config.micro(Response.Kind.GRN, true));
        return out;
    }

    /** Builds a network. */
    public ConvNeXt(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        if (spec.size() < config.stride()) {
            throw new IllegalArgumentException("image size " + spec.size() + " is smaller than the stride "
                    + config.stride() + " of the network; enlarge the images, or choose another backbone");
        }
        this.config = config;
        int dim = config.dims.get(0);
        Conv.Spec first = config.patch == 1
                ? Conv.Spec.same(spec.channels(), dim, 3, 1)
                : Conv.Spec.patch(spec.channels(), dim, config.patch);
        stem = child("stem.0", new Conv(first, INIT, true));
        stemNorm = child("stem.1", LayerNorm.channels(dim));
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        int block = 0;
        for (int stage = 0; stage < config.dims.size(); stage++) {
            int out = config.dims.get(stage);
            if (stage > 0) {
                layers.add(child("stages." + stage + ".downsample.0", LayerNorm.channels(dim)));
                Conv.Spec down = Conv.Spec.patch(dim, out, 2);
                layers.add(child("stages." + stage + ".downsample.1", new Conv(down, INIT, true)));
            }
            dim = out;
            for (int i = 0; i < config.depths.get(stage); i++) {
                String name = "stages." + stage + ".blocks." + i;
                layers.add(block(name, new ConvNeXtBlock(name, dim, config, rates[block++])));
            }
        }
        norm = child("head.norm", LayerNorm.last(dim));
        fc = child("head.fc", Linear.classifier(dim, spec.classes(), INIT));
    }

    /** Returns the sizes. */
    public Config config() {
        return config;
    }

    /** As in V2's released fine-tuning code. */
    @Override
    protected int stemBlock() {
        return 1;
    }

    /** {@inheritDoc} Of a pass over {@link Pass#patches} alone, the features of these: (N, C, K, 1). */
    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return applyAll(layers, stemNorm.apply(stem(x, pass), pass), pass);
    }

    private NDArray stem(NDArray x, Pass pass) {
        Patches patches = pass.patches();
        if (patches == null) {
            NDArray visible = config.patch == 1 ? pass.visible(x) : null;
            return stem.apply(visible == null ? x : x.mul(visible), pass);
        }
        NDArray there = patches.take(x);
        // A kernel that reaches beyond its own position needs neighbours, as those of the blocks do.
        return config.patch == 1 ? patches.take(stem.apply(patches.put(there), pass)) : stem.apply(there, pass);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc.apply(norm.apply(Kernels.spatialMean(features), pass), pass);
    }

    /** One block: (N, C, H, W) to (N, C, H, W); also the decoder of FCMAE. */
    static final class ConvNeXtBlock extends Layer {
        private static final double LAYER_SCALE = 1e-6;

        private final String name;
        private final Conv convDw;
        private final LayerNorm norm;
        private final Linear fc1;
        private final Grn grn;
        private final Response response;
        private final Linear fc2;
        private final Parameter gamma;
        private final double dropPath;

        ConvNeXtBlock(String name, int dim, Config config, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            boolean pointwise = config.dims.get(0) <= POINTWISE_MOST;
            convDw = child("conv_dw", new Conv(Conv.Spec.depthwise(dim, 7), INIT, true));
            norm = child("norm", LayerNorm.last(dim));
            fc1 = child("mlp.fc1", linear(dim, 4 * dim, pointwise));
            boolean other = config.response != Response.Kind.NONE && config.response != Response.Kind.GRN;
            grn = config.response == Response.Kind.GRN ? child("mlp.grn", new Grn(4 * dim)) : null;
            response = other
                    ? child(
                            config.response.isGrn() ? "mlp.grn" : "mlp.response",
                            new Response(config.response, 4 * dim))
                    : null;
            fc2 = child("mlp.fc2", linear(4 * dim, dim, pointwise));
            gamma = config.layerScale ? parameter("gamma", Role.SCALE, Init.constant(LAYER_SCALE), dim) : null;
        }

        /** Returns a block of V2 that stands by itself, such as a decoder's. */
        static ConvNeXtBlock v2(String name, int dim) {
            return new ConvNeXtBlock(name, dim, new Config(true, 1, List.of(POINTWISE_MOST + 1), List.of(1)), 0);
        }

        private static Linear linear(int in, int out, boolean pointwise) {
            return pointwise ? Linear.pointwise(in, out, INIT) : new Linear(in, out, INIT);
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray visible = pass.visible(x);
            NDArray y = mixed(visible == null ? x : x.mul(visible), pass);
            y = norm.apply(y.transpose(0, 2, 3, 1), pass);
            y = Activation.gelu(fc1.apply(y, pass));
            pass.tap(Tap.NEURONS, name + ".act", y);
            if (grn != null) {
                y = grn.apply(y, visible == null ? null : visible.transpose(0, 2, 3, 1), pass);
            } else if (response != null) {
                if (visible != null) {
                    throw new UnsupportedOperationException("masks on whole images with a block that has "
                            + response.kind() + "; expected GRN or nothing there, or patches that are taken out");
                }
                y = response.apply(y, pass);
            }
            pass.tap(Tap.EXPANDED, name + ".expanded", y);
            y = fc2.apply(y, pass);
            if (gamma != null) {
                y = y.mul(pass.value(gamma, x));
            }
            NDArray out = pass.dropPath(y.transpose(0, 3, 1, 2), dropPath).add(x);
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }

        /** The depthwise convolution needs each patch where it was, with zeros for those that are not there. */
        private NDArray mixed(NDArray x, Pass pass) {
            Patches patches = pass.patches();
            return patches == null ? convDw.apply(x, pass) : patches.take(convDw.apply(patches.put(x), pass));
        }
    }
}
