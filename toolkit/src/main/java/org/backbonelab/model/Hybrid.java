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
import java.util.Set;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Grn;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.LayerNorm;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;

/**
 * A network between a ResNet and a ConvNeXt, for ablations: each {@link Part} is a choice of its own.
 *
 * <p>With all parts of a ResNet it is basic blocks with batch norm behind a convolutional stem; with all of a ConvNeXt it is
 * {@link ConvNeXt}, by the same names and with the same values. BOCB (arXiv 2410.06373, section 5) explains the coupling of
 * backbones and optimizers by such parts.
 */
public final class Hybrid extends Backbone {
    private static final Init INIT = Init.normal(0.02);
    private static final double LAYER_SCALE = 1e-6;

    private final Config config;
    private final Conv stem;
    private final Layer stemNorm;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm headNorm;
    private final Linear fc;

    /** What a ConvNeXt has and a ResNet has not. */
    public enum Part {
        /** A stem that cuts patches of 2 x 2 pixels, in place of a 3 x 3 convolution at stride 2 with an activation. */
        PATCHIFY,
        /** Layer norm in place of batch norm. */
        LAYER_NORM,
        /** GELU in place of ReLU. */
        GELU,
        /**
         * Blocks of a 7 x 7 depthwise convolution and an inverted bottleneck of two linear layers, with one norm and one
         * activation, in place of two 3 x 3 convolutions, each with both.
         */
        HETEROGENEOUS,
        /** Weights start from a normal distribution of deviation 0.02, in place of He's that suits the layer's size. */
        NORMAL_INIT,
        /** No activation follows the addition of a block's branch. */
        PLAIN_SUM,
        /** The branch of a heterogeneous block is scaled by channel, from 1e-6. */
        LAYER_SCALE,
        /** A heterogeneous block has a global response norm. */
        GRN
    }

    /**
     * The sizes and the parts.
     *
     * @param dims channels per stage
     * @param depths blocks per stage
     */
    public record Config(List<Integer> dims, List<Integer> depths, Set<Part> parts) {
        /** Checks that only heterogeneous blocks are scaled or normed by responses. */
        public Config {
            parts = Set.copyOf(parts);
            if (!parts.contains(Part.HETEROGENEOUS) && (parts.contains(Part.LAYER_SCALE) || parts.contains(Part.GRN))) {
                throw new IllegalArgumentException(
                        "parts " + parts + ": LAYER_SCALE and GRN need blocks that are HETEROGENEOUS");
            }
        }

        private boolean has(Part part) {
            return parts.contains(part);
        }

        private Layer norm(int channels) {
            return has(Part.LAYER_NORM) ? LayerNorm.channels(channels) : new BatchNorm(channels, Init.ONES);
        }

        private NDArray act(NDArray x) {
            return has(Part.GELU) ? Activation.gelu(x) : Activation.relu(x);
        }

        private NDArray sum(NDArray branch, NDArray x) {
            NDArray y = branch.add(x);
            return has(Part.PLAIN_SUM) ? y : act(y);
        }

        private Init init() {
            return has(Part.NORMAL_INIT) ? INIT : Init.heFanOut();
        }

        /** Of a depthwise convolution, whose outputs each see one input. */
        private Init depthwiseInit() {
            return has(Part.NORMAL_INIT) ? INIT : Init.heFanIn();
        }
    }

    /**
     * Returns the way from a ResNet to a ConvNeXt, a part at a time, and three ConvNeXts with one part of a ResNet.
     *
     * <p>Of the size of {@code convnext_micro}, which {@code hybrid_layerscale_micro} equals; {@code hybrid_grn_micro} is
     * {@code convnextv2_micro}. The step from {@code gelu} to {@code heterogeneous} brings four things at once: blocks, initial
     * values, no last activation, and half of the parameters. Names that go on from one of the two have one or two of the four:
     * {@code gelu_normal}, {@code gelu_sum}, {@code gelu_normal_sum}, {@code gelu_narrow}, {@code heterogeneous_he}, {@code
     * heterogeneous_act}, {@code heterogeneous_wide}.
     */
    static Map<String, Config> micro() {
        EnumSet<Part> parts = EnumSet.noneOf(Part.class);
        Map<String, Config> out = new LinkedHashMap<>();
        add(out, "resnet", parts);
        for (Part part : List.of(Part.PATCHIFY, Part.LAYER_NORM, Part.GELU)) {
            parts.add(part);
            add(out, part.name().toLowerCase(Locale.ROOT).replace("_", ""), parts);
        }
        EnumSet<Part> gelu = EnumSet.copyOf(parts);
        parts.addAll(List.of(Part.HETEROGENEOUS, Part.NORMAL_INIT, Part.PLAIN_SUM));
        EnumSet<Part> heterogeneous = EnumSet.copyOf(parts);
        add(out, "heterogeneous", parts);
        parts.add(Part.LAYER_SCALE);
        add(out, "layerscale", parts);
        add(out, "convstem", without(parts, Part.PATCHIFY));
        add(out, "batchnorm", without(parts, Part.LAYER_NORM));
        add(out, "relu", without(parts, Part.GELU));
        add(out, "grn", with(heterogeneous, Part.GRN));
        add(out, "gelu_normal", with(gelu, Part.NORMAL_INIT));
        add(out, "gelu_sum", with(gelu, Part.PLAIN_SUM));
        add(out, "gelu_normal_sum", with(gelu, Part.NORMAL_INIT, Part.PLAIN_SUM));
        add(out, "gelu_narrow", 23, gelu);
        add(out, "heterogeneous_he", without(heterogeneous, Part.NORMAL_INIT));
        add(out, "heterogeneous_act", without(heterogeneous, Part.PLAIN_SUM));
        add(out, "heterogeneous_wide", 44, heterogeneous);
        return out;
    }

    private static EnumSet<Part> with(EnumSet<Part> parts, Part... more) {
        EnumSet<Part> out = EnumSet.copyOf(parts);
        out.addAll(List.of(more));
        return out;
    }

    private static EnumSet<Part> without(EnumSet<Part> parts, Part part) {
        EnumSet<Part> out = EnumSet.copyOf(parts);
        out.remove(part);
        return out;
    }

    private static void add(Map<String, Config> out, String name, Set<Part> parts) {
        add(out, name, 32, parts);
    }

    private static void add(Map<String, Config> out, String name, int width, Set<Part> parts) {
        out.put("hybrid_" + name + "_micro", new Config(List.of(width, 2 * width), List.of(2, 2), parts));
    }

    /** Builds a network. */
    public Hybrid(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        patches(spec, 1 << config.dims.size());
        this.config = config;
        int dim = config.dims.get(0);
        Conv.Spec first = config.has(Part.PATCHIFY)
                ? Conv.Spec.patch(spec.channels(), dim, 2)
                : Conv.Spec.same(spec.channels(), dim, 3, 2);
        stem = child("stem.0", new Conv(first, config.init(), true));
        stemNorm = child("stem.1", config.norm(dim));
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        int block = 0;
        for (int stage = 0; stage < config.dims.size(); stage++) {
            int out = config.dims.get(stage);
            if (stage > 0) {
                layers.add(child("stages." + stage + ".downsample.0", config.norm(dim)));
                Conv.Spec down = Conv.Spec.patch(dim, out, 2);
                layers.add(child("stages." + stage + ".downsample.1", new Conv(down, config.init(), true)));
            }
            dim = out;
            for (int i = 0; i < config.depths.get(stage); i++) {
                String name = "stages." + stage + ".blocks." + i;
                double rate = rates[block++];
                layers.add(block(
                        name,
                        config.has(Part.HETEROGENEOUS)
                                ? new Heterogeneous(name, dim, config, rate)
                                : new Homogeneous(name, dim, config, rate)));
            }
        }
        headNorm = config.has(Part.LAYER_NORM) ? child("head.norm", LayerNorm.last(dim)) : null;
        fc = child("head.fc", Linear.classifier(dim, spec.classes(), INIT));
    }

    /** As {@link ConvNeXt} has it. */
    @Override
    protected int stemBlock() {
        return 1;
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = stemNorm.apply(stem.apply(x, pass), pass);
        y = config.has(Part.PATCHIFY) ? y : config.act(y);
        return applyAll(layers, y, pass);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        NDArray y = Kernels.spatialMean(features);
        return fc.apply(headNorm == null ? y : headNorm.apply(y, pass), pass);
    }

    /** A ResNet's block: (N, C, H, W) to (N, C, H, W). */
    private static final class Homogeneous extends Layer {
        private final String name;
        private final Config config;
        private final Conv conv1;
        private final Layer norm1;
        private final Conv conv2;
        private final Layer norm2;
        private final double dropPath;

        Homogeneous(String name, int dim, Config config, double dropPath) {
            this.name = name;
            this.config = config;
            this.dropPath = dropPath;
            conv1 = child("conv1", new Conv(Conv.Spec.same(dim, dim, 3, 1), config.init(), false));
            norm1 = child("bn1", config.norm(dim));
            conv2 = child("conv2", new Conv(Conv.Spec.same(dim, dim, 3, 1), config.init(), false));
            norm2 = child("bn2", config.norm(dim));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = config.act(norm1.apply(conv1.apply(x, pass), pass));
            pass.tap(Tap.NEURONS, name + ".act", y);
            NDArray branch = norm2.apply(conv2.apply(y, pass), pass);
            NDArray out = config.sum(pass.dropPath(branch, dropPath), x);
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }

    /** A ConvNeXt's block: (N, C, H, W) to (N, C, H, W). */
    private static final class Heterogeneous extends Layer {
        private final String name;
        private final Config config;
        private final Conv convDw;
        private final Layer norm;
        private final Linear fc1;
        private final Grn grn;
        private final Linear fc2;
        private final Parameter gamma;
        private final double dropPath;

        Heterogeneous(String name, int dim, Config config, double dropPath) {
            this.name = name;
            this.config = config;
            this.dropPath = dropPath;
            convDw = child("conv_dw", new Conv(Conv.Spec.depthwise(dim, 7), config.depthwiseInit(), true));
            norm = child("norm", config.norm(dim));
            fc1 = child("mlp.fc1", Linear.pointwise(dim, 4 * dim, config.init()));
            grn = config.has(Part.GRN) ? child("mlp.grn", new Grn(4 * dim)) : null;
            fc2 = child("mlp.fc2", Linear.pointwise(4 * dim, dim, config.init()));
            gamma = config.has(Part.LAYER_SCALE)
                    ? parameter("gamma", Role.SCALE, Init.constant(LAYER_SCALE), dim)
                    : null;
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = norm.apply(convDw.apply(x, pass), pass).transpose(0, 2, 3, 1);
            y = config.act(fc1.apply(y, pass));
            pass.tap(Tap.NEURONS, name + ".act", y);
            y = grn == null ? y : grn.apply(y, pass);
            y = fc2.apply(y, pass);
            y = gamma == null ? y : y.mul(pass.value(gamma, x));
            NDArray out = config.sum(pass.dropPath(y.transpose(0, 3, 1, 2), dropPath), x);
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }
}
