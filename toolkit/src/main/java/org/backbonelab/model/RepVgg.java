package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.ConvNorm;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * RepVGG (Ding et al., arXiv 2101.03697): three branches in training that become one 3x3 convolution afterwards.
 *
 * <p>Names as timm's: {@code stem.conv_kxk.conv, stages.0.1.identity, stages.0.1.conv_1x1.bn, head.fc}; in the deployed
 * form {@code stem.reparam_conv}.
 */
public final class RepVgg extends Backbone {
    private static final double EPS = 1e-5;
    private static final int AREA = 9;
    private static final int CENTRE = 4;

    private final List<RepBlock> blocks = new ArrayList<>();
    private final Linear fc;
    private final Config config;

    /**
     * The sizes of one member of the family.
     *
     * @param stem channels of the stem, which halves the resolution
     * @param widths channels per stage, each of which halves the resolution
     * @param depths blocks per stage
     * @param deployed whether each block is one convolution
     */
    public record Config(int stem, List<Integer> widths, List<Integer> depths, boolean deployed) {}

    /** Builds a network. */
    public RepVgg(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        this.config = config;
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum() + 1, dropPath);
        int in = config.stem;
        add("stem", Conv.Spec.same(spec.channels(), in, 3, 2), 0);
        for (int stage = 0; stage < config.widths.size(); stage++) {
            for (int i = 0; i < config.depths.get(stage); i++) {
                Conv.Spec conv = Conv.Spec.same(in, config.widths.get(stage), 3, i == 0 ? 2 : 1);
                add("stages." + stage + "." + i, conv, rates[blocks.size()]);
                in = config.widths.get(stage);
            }
        }
        fc = child("head.fc", new Linear(in, spec.classes(), Init.normal(0.01)));
    }

    private void add(String name, Conv.Spec spec, double rate) {
        blocks.add(child(name, new RepBlock(name, spec, config.deployed, rate)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = x;
        for (RepBlock block : blocks) {
            y = block.applyAlone(y, pass);
        }
        return y;
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc.apply(Kernels.spatialMean(features), pass);
    }

    /**
     * Returns the deployed form: in evaluation mode it computes the same, with one convolution a block.
     *
     * @throws IllegalStateException if this is deployed already
     */
    public RepVgg deploy() {
        if (config.deployed) {
            throw new IllegalStateException("this RepVGG is deployed already");
        }
        RepVgg out = new RepVgg(spec(), new Config(config.stem, config.widths, config.depths, true), 0);
        Map<String, Parameter> from = namedParameters();
        out.initialize(from.values().iterator().next().getArray().getManager(), 0);
        Map<String, Parameter> to = out.namedParameters();
        for (RepBlock block : blocks) {
            block.fuseInto(
                    to.get(block.name + ".reparam_conv.weight").getArray(),
                    to.get(block.name + ".reparam_conv.bias").getArray());
        }
        for (String name : List.of("head.fc.weight", "head.fc.bias")) {
            Kernels.assign(to.get(name).getArray(), from.get(name).getArray());
        }
        return out;
    }

    private static final class RepBlock extends Layer {
        private final String name;
        private final Conv.Spec spec;
        private final BatchNorm identity;
        private final ConvNorm large;
        private final ConvNorm small;
        private final Conv fused;
        private final double dropPath;

        RepBlock(String name, Conv.Spec spec, boolean deployed, double dropPath) {
            this.name = name;
            this.spec = spec;
            this.dropPath = dropPath;
            boolean keeps = !deployed && spec.in() == spec.out() && spec.stride() == 1;
            identity = keeps ? child("identity", new BatchNorm(spec.out(), Init.ONES)) : null;
            Conv.Spec point = new Conv.Spec(spec.in(), spec.out(), 1, spec.stride(), 0, 1);
            large = deployed ? null : child("conv_kxk", new ConvNorm(spec, Init.heFanOut()));
            small = deployed ? null : child("conv_1x1", new ConvNorm(point, Init.heFanOut()));
            fused = deployed ? child("reparam_conv", new Conv(spec, Init.heFanOut(), true)) : null;
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y;
            if (fused != null) {
                y = fused.apply(x, pass);
            } else if (identity == null) {
                y = small.apply(x, pass).add(large.apply(x, pass));
            } else {
                y = pass.dropPath(small.apply(x, pass).add(large.apply(x, pass)), dropPath)
                        .add(identity.apply(x, pass));
            }
            y = Activation.relu(y);
            pass.tap(name, y);
            return y;
        }

        /** Adds up what the branches do to a 3x3 window; a 1x1 kernel and the identity are its centre. */
        private void fuseInto(NDArray weight, NDArray bias) {
            float[] w = new float[spec.out() * spec.in() * AREA];
            float[] b = new float[spec.out()];
            Map<String, Parameter> p = namedParameters();
            float[] kxk = values(p, "conv_kxk.conv.weight");
            float[] point = values(p, "conv_1x1.conv.weight");
            double[] kxkScale = scale(p, "conv_kxk.bn.", b);
            double[] pointScale = scale(p, "conv_1x1.bn.", b);
            double[] identityScale = identity == null ? null : scale(p, "identity.", b);
            for (int o = 0; o < spec.out(); o++) {
                for (int i = 0; i < spec.in(); i++) {
                    int at = o * spec.in() + i;
                    for (int k = 0; k < AREA; k++) {
                        double sum = kxk[at * AREA + k] * kxkScale[o];
                        if (k == CENTRE) {
                            sum += point[at] * pointScale[o];
                            sum += identityScale != null && o == i ? identityScale[o] : 0;
                        }
                        w[at * AREA + k] = (float) sum;
                    }
                }
            }
            Torch.withoutGradients(() -> {
                try (NDArray ws = Torch.array(weight.getManager(), w, weight.getShape());
                        NDArray bs = Torch.array(bias.getManager(), b, bias.getShape())) {
                    Kernels.assign(weight, ws);
                    Kernels.assign(bias, bs);
                }
                return null;
            });
        }

        /** Returns the norm's factor per channel, and adds what it shifts by to the bias. */
        private static double[] scale(Map<String, Parameter> p, String norm, float[] bias) {
            float[] weight = values(p, norm + "weight");
            float[] shift = values(p, norm + "bias");
            float[] mean = values(p, norm + "running_mean");
            float[] variance = values(p, norm + "running_var");
            double[] out = new double[weight.length];
            for (int c = 0; c < out.length; c++) {
                out[c] = weight[c] / Math.sqrt(variance[c] + EPS);
                bias[c] += (float) (shift[c] - mean[c] * out[c]);
            }
            return out;
        }

        private static float[] values(Map<String, Parameter> p, String name) {
            return p.get(name).getArray().toFloatArray();
        }
    }
}
