package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.DilatedConv;
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
 * UniRepLKNet (Ding et al., arXiv 2311.15599): large depthwise kernels, in training with dilated branches.
 *
 * <p>In the deployed form a block has one depthwise convolution and no batch norm. Names as the authors': {@code
 * downsample_layers.0.3, stages.1.0.dwconv.lk_origin, stages.1.0.dwconv.dil_bn_k5_1, stages.1.0.pwconv2.2, norm, head}.
 */
public final class UniRepLkNet extends Backbone {
    private static final Init INIT = Init.normal(0.02);

    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear head;
    private final Config config;

    /**
     * The sizes of one member of the family.
     *
     * @param stemStrides of the two 3x3 convolutions of the stem
     * @param dims channels per stage, multiples of 4; every stage but the first halves the resolution
     * @param kernels side of the depthwise kernel of each block of each stage: 3, 5, or an odd number from 7 to 17
     * @param deployed whether a block has one depthwise convolution and no batch norm
     */
    public record Config(List<Integer> stemStrides, List<Integer> dims, List<List<Integer>> kernels, boolean deployed) {
        /** Returns UniRepLKNet-T; in its third stage every second kernel is small. */
        static Config tiny() {
            List<Integer> third =
                    IntStream.range(0, 18).map(i -> i % 2 == 0 ? 13 : 3).boxed().toList();
            List<Integer> large = List.of(13, 13, 13);
            List<List<Integer>> all = List.of(List.of(3, 3, 3), large, third, large);
            return new Config(List.of(2, 2), List.of(80, 160, 320, 640), all, false);
        }

        private Config deploy() {
            return new Config(stemStrides, dims, kernels, true);
        }
    }

    /** Builds a network. */
    public UniRepLkNet(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        this.config = config;
        double[] rates =
                dropPathRates(config.kernels.stream().mapToInt(List::size).sum(), dropPath);
        int in = spec.channels();
        int at = 0;
        for (int stage = 0; stage < config.dims.size(); stage++) {
            int dim = config.dims.get(stage);
            String down = "downsample_layers." + stage;
            layers.add(child(down, stage == 0 ? new Stem(in, dim, config.stemStrides) : new Downsampling(in, dim)));
            List<Integer> kernels = config.kernels.get(stage);
            for (int i = 0; i < kernels.size(); i++) {
                String name = "stages." + stage + "." + i;
                layers.add(block(name, new Block(name, dim, kernels.get(i), config.deployed, rates[at++])));
            }
            in = dim;
        }
        norm = child("norm", LayerNorm.last(in));
        head = child("head", Linear.classifier(in, spec.classes(), INIT));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return applyAll(layers, x, pass);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return head.apply(norm.apply(Kernels.spatialMean(features), pass), pass);
    }

    /**
     * Returns the deployed form: in evaluation mode it computes the same (section 3.1).
     *
     * @throws IllegalStateException if this is deployed already
     */
    public UniRepLkNet deploy() {
        if (config.deployed) {
            throw new IllegalStateException("this UniRepLKNet is deployed already");
        }
        UniRepLkNet out = new UniRepLkNet(spec(), config.deploy(), 0);
        Map<String, Parameter> from = namedParameters();
        out.initialize(from.values().iterator().next().getArray().getManager(), 0);
        Map<String, Parameter> to = out.namedParameters();
        Fusion.copyShared(from, to);
        for (Layer layer : layers) {
            if (layer instanceof Block block) {
                block.fuseInto(to);
            }
        }
        return out;
    }

    private static final class Stem extends Layer {
        private final Conv conv1;
        private final LayerNorm norm1;
        private final Conv conv2;
        private final LayerNorm norm2;

        Stem(int in, int dim, List<Integer> strides) {
            conv1 = child("0", new Conv(Conv.Spec.same(in, dim / 2, 3, strides.get(0)), INIT, true));
            norm1 = child("1", LayerNorm.channels(dim / 2));
            conv2 = child("3", new Conv(Conv.Spec.same(dim / 2, dim, 3, strides.get(1)), INIT, true));
            norm2 = child("4", LayerNorm.channels(dim));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = Activation.gelu(norm1.apply(conv1.apply(x, pass), pass));
            return norm2.apply(conv2.apply(y, pass), pass);
        }
    }

    private static final class Downsampling extends Layer {
        private final Conv conv;
        private final LayerNorm norm;

        Downsampling(int in, int dim) {
            conv = child("0", new Conv(Conv.Spec.same(in, dim, 3, 2), INIT, true));
            norm = child("1", LayerNorm.channels(dim));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            return norm.apply(conv.apply(x, pass), pass);
        }
    }

    /** A block: depthwise convolution, squeeze and excitation, and two linear layers with GRN (figure 3). */
    private static final class Block extends Layer {
        private static final double LAYER_SCALE = 1e-6;

        private final String name;
        private final int kernel;
        private final Layer dwconv;
        private final BatchNorm norm;
        private final Linear squeeze;
        private final Linear excite;
        private final Linear pwconv1;
        private final Grn grn;
        private final Linear pwconv2;
        private final BatchNorm norm2;
        private final Parameter gamma;
        private final double dropPath;

        Block(String name, int dim, int kernel, boolean deployed, double dropPath) {
            this.name = name;
            this.kernel = kernel;
            this.dropPath = dropPath;
            if (isSmall()) {
                dwconv = child("dwconv", new Conv(Conv.Spec.depthwise(dim, kernel), INIT, deployed));
            } else if (deployed) {
                dwconv = child("dwconv.lk_origin", new DilatedConv(dim, kernel, 1, INIT));
            } else {
                dwconv = child("dwconv", new DilatedBranches(dim, kernel, INIT));
            }
            norm = deployed ? null : child("norm", new BatchNorm(dim, Init.ONES));
            squeeze = child("se.down", Linear.pointwise(dim, dim / 4, INIT));
            excite = child("se.up", Linear.pointwise(dim / 4, dim, INIT));
            pwconv1 = child("pwconv1.1", new Linear(dim, 4 * dim, INIT));
            grn = child("act.1", deployed ? Grn.withoutBeta(4 * dim) : Grn.asGammaAndBeta(4 * dim));
            pwconv2 = child("pwconv2.0", new Linear(4 * dim, dim, INIT, deployed ? Init.ZEROS : null));
            norm2 = deployed ? null : child("pwconv2.2", new BatchNorm(dim, Init.ONES));
            gamma = deployed ? null : parameter("gamma", Role.SCALE, Init.constant(LAYER_SCALE), dim);
        }

        private boolean isSmall() {
            return kernel < 7;
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = dwconv.apply(x, pass);
            y = norm == null ? y : norm.apply(y, pass);
            NDArray squeezed = Activation.relu(squeeze.apply(Kernels.spatialMean(y), pass));
            NDArray gate = Activation.sigmoid(excite.apply(squeezed, pass));
            y = y.mul(gate.expandDims(2).expandDims(3)).transpose(0, 2, 3, 1);
            y = Activation.gelu(pwconv1.apply(y, pass));
            pass.tap(Tap.NEURONS, name + ".act", y);
            y = pwconv2.apply(grn.apply(y, pass), pass).transpose(0, 3, 1, 2);
            if (norm2 != null) {
                y = norm2.apply(y, pass).mul(pass.value(gamma, x).reshape(1, -1, 1, 1));
            }
            NDArray out = pass.dropPath(y, dropPath).add(x);
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }

        /** Gives the deployed block of this name its two fused layers. */
        private void fuseInto(Map<String, Parameter> target) {
            Map<String, Parameter> p = namedParameters();
            String inner = "dwconv." + (isSmall() ? "" : "lk_origin.");
            double[] weight = isSmall() ? Fusion.values(p, inner + "weight") : DilatedBranches.weight(p, kernel);
            Fusion.Affine after = Fusion.norm(p, "norm.");
            double[] bias = isSmall() ? new double[after.shift().length] : DilatedBranches.bias(p, kernel);
            int area = kernel * kernel;
            for (int i = 0; i < weight.length; i++) {
                weight[i] *= after.factor()[i / area];
            }
            for (int c = 0; c < bias.length; c++) {
                bias[c] = bias[c] * after.factor()[c] + after.shift()[c];
            }
            Fusion.set(target, name + "." + inner + "weight", weight);
            Fusion.set(target, name + "." + inner + "bias", bias);
            fuseSecondLinear(p, target);
        }

        /** The norm's bias, the batch norm and the scale of a branch become part of the linear layer between. */
        private void fuseSecondLinear(Map<String, Parameter> p, Map<String, Parameter> target) {
            double[] weight = Fusion.values(p, "pwconv2.0.weight");
            double[] beta = Fusion.values(p, "act.1.beta");
            double[] scale = Fusion.values(p, "gamma");
            Fusion.Affine after = Fusion.norm(p, "pwconv2.2.");
            double[] bias = new double[scale.length];
            for (int o = 0; o < bias.length; o++) {
                double sum = 0;
                for (int i = 0; i < beta.length; i++) {
                    int at = o * beta.length + i;
                    sum += weight[at] * beta[i];
                    weight[at] *= after.factor()[o] * scale[o];
                }
                bias[o] = (sum * after.factor()[o] + after.shift()[o]) * scale[o];
            }
            Fusion.set(target, name + ".pwconv2.0.weight", weight);
            Fusion.set(target, name + ".pwconv2.0.bias", bias);
        }
    }
}
