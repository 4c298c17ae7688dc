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
import org.backbonelab.tensor.Kernels;

/**
 * UniRepLKNet (Ding et al., arXiv 2311.15599) in its training form: large depthwise kernels with dilated branches.
 *
 * <p>Names as the authors': {@code downsample_layers.0.3, stages.1.0.dwconv.lk_origin, stages.1.0.dwconv.dil_bn_k5_1,
 * stages.1.0.pwconv2.2, norm, head}.
 */
public final class UniRepLkNet extends Backbone {
    private static final Init INIT = Init.normal(0.02);

    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear head;

    /**
     * The sizes of one member of the family.
     *
     * @param stemStrides of the two 3x3 convolutions of the stem
     * @param dims channels per stage, multiples of 4; every stage but the first halves the resolution
     * @param kernels side of the depthwise kernel of each block of each stage: 3, 5, or an odd number from 7 to 17
     */
    public record Config(List<Integer> stemStrides, List<Integer> dims, List<List<Integer>> kernels) {
        /** Returns UniRepLKNet-T; in its third stage every second kernel is small. */
        static Config tiny() {
            List<Integer> third =
                    IntStream.range(0, 18).map(i -> i % 2 == 0 ? 13 : 3).boxed().toList();
            List<Integer> large = List.of(13, 13, 13);
            return new Config(
                    List.of(2, 2), List.of(80, 160, 320, 640), List.of(List.of(3, 3, 3), large, third, large));
        }
    }

    /** Builds a network. */
    public UniRepLkNet(ImageSpec spec, Config config, double dropPath) {
        super(spec);
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
                layers.add(child(name, new Block(name, dim, kernels.get(i), rates[at++])));
            }
            in = dim;
        }
        norm = child("norm", LayerNorm.last(in));
        head = child("head", new Linear(in, spec.classes(), INIT));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = x;
        for (Layer layer : layers) {
            y = layer.applyAlone(y, pass);
        }
        return y;
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return head.apply(norm.apply(Kernels.spatialMean(features), pass), pass);
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

        Block(String name, int dim, int kernel, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            Conv.Spec small = Conv.Spec.depthwise(dim, kernel);
            dwconv = child("dwconv", kernel < 7 ? new Conv(small, INIT, false) : new DilatedBranches(dim, kernel));
            norm = child("norm", new BatchNorm(dim, Init.ONES));
            squeeze = child("se.down", Linear.pointwise(dim, dim / 4, INIT));
            excite = child("se.up", Linear.pointwise(dim / 4, dim, INIT));
            pwconv1 = child("pwconv1.1", new Linear(dim, 4 * dim, INIT));
            grn = child("act.1", Grn.asGammaAndBeta(4 * dim));
            pwconv2 = child("pwconv2.0", new Linear(4 * dim, dim, INIT, null));
            norm2 = child("pwconv2.2", new BatchNorm(dim, Init.ONES));
            gamma = parameter("gamma", Init.constant(LAYER_SCALE), dim);
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = norm.apply(dwconv.apply(x, pass), pass);
            NDArray squeezed = Activation.relu(squeeze.apply(Kernels.spatialMean(y), pass));
            NDArray gate = Activation.sigmoid(excite.apply(squeezed, pass));
            y = y.mul(gate.expandDims(2).expandDims(3)).transpose(0, 2, 3, 1);
            y = Activation.gelu(pwconv1.apply(y, pass));
            pass.tap(name + ".act", y);
            y = pwconv2.apply(grn.apply(y, pass), pass).transpose(0, 3, 1, 2);
            y = norm2.apply(y, pass).mul(pass.value(gamma, x).reshape(1, -1, 1, 1));
            NDArray out = pass.dropPath(y, dropPath).add(x);
            pass.tap(name, out);
            return out;
        }
    }

    /** The sum of a large depthwise convolution and dilated ones of its reach, each with a batch norm (section 3.1). */
    private static final class DilatedBranches extends Layer {
        /** Kernel and dilation of each branch, by the side of the large kernel; the authors' choice. */
        private static final Map<Integer, int[][]> BRANCHES = Map.of(
                17, new int[][] {{5, 1}, {9, 2}, {3, 4}, {3, 5}, {3, 7}},
                15, new int[][] {{5, 1}, {7, 2}, {3, 3}, {3, 5}, {3, 7}},
                13, new int[][] {{5, 1}, {7, 2}, {3, 3}, {3, 4}, {3, 5}},
                11, new int[][] {{5, 1}, {5, 2}, {3, 3}, {3, 4}, {3, 5}},
                9, new int[][] {{5, 1}, {5, 2}, {3, 3}, {3, 4}},
                7, new int[][] {{5, 1}, {3, 2}, {3, 3}});

        private final List<DilatedConv> convs = new ArrayList<>();
        private final List<BatchNorm> norms = new ArrayList<>();

        DilatedBranches(int dim, int kernel) {
            int[][] branches = BRANCHES.get(kernel);
            if (branches == null) {
                throw new IllegalArgumentException(
                        "kernel " + kernel + ", expected 3, 5, or an odd number from 7 to 17");
            }
            convs.add(child("lk_origin", DilatedConv.withoutBias(dim, kernel, 1, INIT)));
            norms.add(child("origin_bn", new BatchNorm(dim, Init.ONES)));
            for (int[] branch : branches) {
                String suffix = "_k" + branch[0] + "_" + branch[1];
                convs.add(child("dil_conv" + suffix, DilatedConv.withoutBias(dim, branch[0], branch[1], INIT)));
                norms.add(child("dil_bn" + suffix, new BatchNorm(dim, Init.ONES)));
            }
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = norms.get(0).apply(convs.get(0).apply(x, pass), pass);
            for (int i = 1; i < convs.size(); i++) {
                y = y.add(norms.get(i).apply(convs.get(i).apply(x, pass), pass));
            }
            return y;
        }
    }
}
