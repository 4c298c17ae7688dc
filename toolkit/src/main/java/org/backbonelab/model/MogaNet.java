package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.DilatedConv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Pointwise;

/**
 * MogaNet (Li et al., arXiv 2211.03295): gated aggregation of depthwise convolutions of several reaches.
 *
 * <p>Names as the authors': {@code patch_embed1.projection.0, blocks1.0.attn.value.DW_conv0, blocks1.0.mlp.sigma.scale,
 * norm4, head}.
 */
public final class MogaNet extends Backbone {
    private static final double SMALL = 1e-5;

    private final List<Layer> layers = new ArrayList<>();
    private final Linear head;

    /**
     * The sizes of one member of the family.
     *
     * @param stemStrides of the two 3x3 convolutions of the stem
     * @param dims channels per stage, multiples of 8; every stage but the first halves the resolution
     * @param depths blocks per stage
     * @param ratios hidden channels of a block's second half, as multiples of its own
     */
    public record Config(List<Integer> stemStrides, List<Integer> dims, List<Integer> depths, List<Integer> ratios) {}

    /** Builds a network. */
    public MogaNet(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        int in = spec.channels();
        int at = 0;
        for (int stage = 0; stage < config.dims.size(); stage++) {
            int dim = config.dims.get(stage);
            String embed = "patch_embed" + (stage + 1);
            layers.add(child(embed, stage == 0 ? new Stem(in, dim, config.stemStrides) : new Embed(in, dim)));
            for (int i = 0; i < config.depths.get(stage); i++) {
                String name = "blocks" + (stage + 1) + "." + i;
                layers.add(block(name, new Block(name, dim, config.ratios.get(stage) * dim, rates[at++])));
            }
            layers.add(child("norm" + (stage + 1), new BatchNorm(dim, Init.ONES)));
            in = dim;
        }
        head = child("head", Linear.classifier(in, spec.classes(), Init.normal(0.02)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return applyAll(layers, x, pass);
    }

    @Override
    public Set<String> mixers() {
        return Set.of("attn");
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return head.apply(Kernels.spatialMean(features), pass);
    }

    /** Returns a factor per channel as it multiplies (N, C, H, W). */
    private static NDArray channels(Parameter factor, NDArray x, Pass pass) {
        return pass.value(factor, x).reshape(1, -1, 1, 1);
    }

    private static Conv conv(int in, int out, int kernel, int stride) {
        return new Conv(Conv.Spec.same(in, out, kernel, stride), Init.heFanOut(), true);
    }

    private static final class Stem extends Layer {
        private final Conv conv1;
        private final BatchNorm norm1;
        private final Conv conv2;
        private final BatchNorm norm2;

        Stem(int in, int dim, List<Integer> strides) {
            conv1 = child("projection.0", conv(in, dim / 2, 3, strides.get(0)));
            norm1 = child("projection.1", new BatchNorm(dim / 2, Init.ONES));
            conv2 = child("projection.3", conv(dim / 2, dim, 3, strides.get(1)));
            norm2 = child("projection.4", new BatchNorm(dim, Init.ONES));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = Activation.gelu(norm1.apply(conv1.apply(x, pass), pass));
            return norm2.apply(conv2.apply(y, pass), pass);
        }
    }

    private static final class Embed extends Layer {
        private final Conv projection;
        private final BatchNorm norm;

        Embed(int in, int dim) {
            projection = child("projection", conv(in, dim, 3, 2));
            norm = child("norm", new BatchNorm(dim, Init.ONES));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            return norm.apply(projection.apply(x, pass), pass);
        }
    }

    /** A block: aggregation over positions, then over channels, each with a learned scale that starts small. */
    private static final class Block extends Layer {
        private final String name;
        private final BatchNorm norm1;
        private final Aggregation attn;
        private final Parameter scale1;
        private final BatchNorm norm2;
        private final ChannelAggregation mlp;
        private final Parameter scale2;
        private final double dropPath;

        Block(String name, int dim, int hidden, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            scale1 = parameter("layer_scale_1", Role.SCALE, Init.constant(SMALL), dim);
            storedAs(scale1, 1, dim, 1, 1);
            scale2 = parameter("layer_scale_2", Role.SCALE, Init.constant(SMALL), dim);
            storedAs(scale2, 1, dim, 1, 1);
            norm1 = child("norm1", new BatchNorm(dim, Init.ONES));
            attn = child("attn", new Aggregation(dim));
            norm2 = child("norm2", new BatchNorm(dim, Init.ONES));
            mlp = child("mlp", new ChannelAggregation(dim, hidden, name + ".act"));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray branch = attn.apply(norm1.apply(x, pass), pass).mul(channels(scale1, x, pass));
            NDArray y = pass.dropPath(branch, dropPath).add(x);
            branch = mlp.apply(norm2.apply(y, pass), pass).mul(channels(scale2, x, pass));
            NDArray out = pass.dropPath(branch, dropPath).add(y);
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }

    /** Multi-order gated aggregation (section 4.2); adds its input. */
    private static final class Aggregation extends Layer {
        private final Conv proj1;
        private final Conv gate;
        private final MultiOrder value;
        private final Conv proj2;
        private final Parameter sigma;

        Aggregation(int dim) {
            proj1 = child("proj_1", conv(dim, dim, 1, 1));
            gate = child("gate", conv(dim, dim, 1, 1));
            value = child("value", new MultiOrder(dim));
            proj2 = child("proj_2", conv(dim, dim, 1, 1));
            sigma = parameter("sigma.scale", Role.SCALE, Init.constant(SMALL), dim);
            storedAs(sigma, 1, dim, 1, 1);
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = proj1.apply(x, pass);
            NDArray mean = Kernels.spatialMean(y).expandDims(2).expandDims(3);
            y = Pointwise.silu(y.add(y.sub(mean).mul(channels(sigma, x, pass))));
            NDArray g = Pointwise.silu(gate.apply(y, pass));
            NDArray v = Pointwise.silu(value.apply(y, pass));
            return proj2.apply(g.mul(v), pass).add(x);
        }
    }

    /** Depthwise convolutions of three reaches, on 1/8, 3/8 and 4/8 of the channels, after one on all. */
    private static final class MultiOrder extends Layer {
        private final DilatedConv conv0;
        private final DilatedConv conv1;
        private final DilatedConv conv2;
        private final Conv pointwise;
        private final int first;
        private final int second;

        MultiOrder(int dim) {
            first = dim / 8;
            second = first + dim * 3 / 8;
            conv0 = child("DW_conv0", new DilatedConv(dim, 5, 1, Init.heFanIn()));
            conv1 = child("DW_conv1", new DilatedConv(second - first, 5, 2, Init.heFanIn()));
            conv2 = child("DW_conv2", new DilatedConv(dim - second, 7, 3, Init.heFanIn()));
            pointwise = child("PW_conv", conv(dim, dim, 1, 1));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = conv0.apply(x, pass);
            NDArray near = y.get(":, 0:" + first);
            NDArray middle = conv1.apply(y.get(":, " + first + ":" + second), pass);
            NDArray far = conv2.apply(y.get(":, " + second + ":"), pass);
            return pointwise.apply(NDArrays.concat(new NDList(near, middle, far), 1), pass);
        }
    }

    /** Channel aggregation (section 4.3). */
    private static final class ChannelAggregation extends Layer {
        private final Conv fc1;
        private final Conv depthwise;
        private final Conv fc2;
        private final Conv decompose;
        private final Parameter sigma;
        private final String tap;

        ChannelAggregation(int dim, int hidden, String tap) {
            this.tap = tap;
            fc1 = child("fc1", conv(dim, hidden, 1, 1));
            depthwise = child("dwconv", new Conv(Conv.Spec.depthwise(hidden, 3), Init.heFanIn(), true));
            fc2 = child("fc2", conv(hidden, dim, 1, 1));
            decompose = child("decompose", conv(hidden, 1, 1, 1));
            sigma = parameter("sigma.scale", Role.SCALE, Init.constant(SMALL), hidden);
            storedAs(sigma, 1, hidden, 1, 1);
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = Activation.gelu(depthwise.apply(fc1.apply(x, pass), pass));
            pass.tap(Tap.NEURONS, tap, y);
            NDArray common = Activation.gelu(decompose.apply(y, pass));
            return fc2.apply(y.add(y.sub(common).mul(channels(sigma, x, pass))), pass);
        }
    }
}
