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
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;

/**
 * RepVGG (Ding et al., arXiv 2101.03697): three branches in training that become one 3x3 convolution afterwards.
 *
 * <p>Names as timm's: {@code stem.conv_kxk.conv, stages.0.1.identity, stages.0.1.conv_1x1.bn, head.fc}; in the deployed
 * form {@code stem.reparam_conv}.
 */
public final class RepVgg extends Backbone {
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
        blocks.add(child("stem", new RepBlock("stem", Conv.Spec.same(spec.channels(), in, 3, 2), config.deployed, 0)));
        for (int stage = 0; stage < config.widths.size(); stage++) {
            for (int i = 0; i < config.depths.get(stage); i++) {
                Conv.Spec conv = Conv.Spec.same(in, config.widths.get(stage), 3, i == 0 ? 2 : 1);
                String name = "stages." + stage + "." + i;
                blocks.add(block(name, new RepBlock(name, conv, config.deployed, rates[blocks.size()])));
                in = config.widths.get(stage);
            }
        }
        fc = child("head.fc", Linear.classifier(in, spec.classes(), Init.normal(0.01)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return applyAll(blocks, x, pass);
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
        Fusion.copyShared(from, to);
        blocks.forEach(block -> block.fuseInto(to));
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
            pass.tap(Tap.BLOCK, name, y);
            return y;
        }

        /** Adds up what the branches do to a 3x3 window; a 1x1 kernel and the identity are its centre. */
        private void fuseInto(Map<String, Parameter> target) {
            Map<String, Parameter> p = namedParameters();
            double[] kxk = Fusion.values(p, "conv_kxk.conv.weight");
            double[] point = Fusion.values(p, "conv_1x1.conv.weight");
            Fusion.Affine kxkNorm = Fusion.norm(p, "conv_kxk.bn.");
            Fusion.Affine pointNorm = Fusion.norm(p, "conv_1x1.bn.");
            Fusion.Affine kept = identity == null ? null : Fusion.norm(p, "identity.");
            double[] bias = new double[spec.out()];
            for (int o = 0; o < spec.out(); o++) {
                bias[o] = kxkNorm.shift()[o] + pointNorm.shift()[o] + (kept == null ? 0 : kept.shift()[o]);
                for (int i = 0; i < spec.in(); i++) {
                    int at = o * spec.in() + i;
                    for (int k = 0; k < AREA; k++) {
                        kxk[at * AREA + k] *= kxkNorm.factor()[o];
                    }
                    kxk[at * AREA + CENTRE] += point[at] * pointNorm.factor()[o];
                    kxk[at * AREA + CENTRE] += kept != null && o == i ? kept.factor()[o] : 0;
                }
            }
            Fusion.set(target, name + ".reparam_conv.weight", kxk);
            Fusion.set(target, name + ".reparam_conv.bias", bias);
        }
    }
}
