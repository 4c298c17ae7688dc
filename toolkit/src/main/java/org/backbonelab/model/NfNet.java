package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.pooling.Pool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Role;
import org.backbonelab.layer.ScaledStdConv;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * NFNet (Brock et al., arXiv 2102.06171): residual network without normalisation.
 *
 * <p>Convolutions have scaled weight standardisation; activations are GELU times 1.7009 (variance 1 for a normal
 * input); a branch sees its input divided by the expected deviation beta and comes back times alpha = 0.2, times a
 * learned gain that starts at zero. Names follow timm's: {@code stem.conv1, stages.0.0.conv1, final_conv, head.fc}.
 */
public final class NfNet extends Backbone {
    private static final double ALPHA = 0.2;
    /** 1 / std(GELU(z)), z ~ N(0, 1), erf form. */
    private static final double GELU_GAIN = 1.700926;
    /** The released code's estimate of the same. */
    private static final double RELEASED_GELU_GAIN = 1.7015043497085571;

    /** What the network has in place of normalisation; each can be left out, to see what it is for. */
    public enum Part {
        /** Weights are standardised; without it they are used as they are. */
        WEIGHT_STANDARDISATION("_no_ws"),
        /** Activations are scaled to variance 1; without it they are not. */
        ACTIVATION_GAIN("_no_gain"),
        /** A branch has a learned gain that starts at zero; without it every branch is open from the start. */
        SKIP_INIT("_no_skipinit");

        private final String suffix;

        Part(String suffix) {
            this.suffix = suffix;
        }
    }

    private final List<ScaledStdConv> stem = new ArrayList<>();
    private final List<NfBlock> blocks = new ArrayList<>();
    private final ScaledStdConv finalConv;
    private final Linear fc;
    private final double gain;

    /**
     * The sizes of one member of the family.
     *
     * @param stem output channels of the 3x3 stem convolutions
     * @param stemStrides their strides
     * @param widths channels per stage; every stage but the first halves the resolution
     * @param depths blocks per stage
     * @param groupWidth channels per group of the 3x3 convolutions
     * @param variant of the convolutions; but for the plain one, the constant of GELU is the released code's estimate
     * @param without parts that are left out; empty for an NFNet
     */
    public record Config(
            List<Integer> stem,
            List<Integer> stemStrides,
            List<Integer> widths,
            List<Integer> depths,
            int groupWidth,
            ScaledStdConv.Variant variant,
            Set<Part> without) {
        /** Builds the sizes of an NFNet with all its parts. */
        public Config(
                List<Integer> stem,
                List<Integer> stemStrides,
                List<Integer> widths,
                List<Integer> depths,
                int groupWidth,
                ScaledStdConv.Variant variant) {
            this(stem, stemStrides, widths, depths, groupWidth, variant, Set.of());
        }

        /** Copies the lists. */
        public Config {
            stem = List.copyOf(stem);
            stemStrides = List.copyOf(stemStrides);
            widths = List.copyOf(widths);
            depths = List.copyOf(depths);
            without = Set.copyOf(without);
        }

        /**
         * Returns NFNet-F0 to F7 or, wider, F0+ to F7+ (table 1 and the released code).
         *
         * <p>Variant {@link ScaledStdConv.Variant#DEEPMIND} computes what the released weights were trained as, but for
         * GELU, whose tanh form they saw; {@link ScaledStdConv.Variant#TIMM} what timm computes with them.
         *
         * @param size 0 to 7: depth is size + 1 times (1, 2, 6, 3)
         * @throws IllegalArgumentException if there is no such size
         */
        public static Config f(int size, boolean plus, ScaledStdConv.Variant variant) {
            if (size < 0 || size > 7) {
                throw new IllegalArgumentException("NFNet-F" + size + ": expected a size from 0 to 7");
            }
            int k = size + 1;
            return new Config(
                    List.of(16, 32, 64, plus ? 192 : 128),
                    List.of(2, 1, 1, 2),
                    plus ? List.of(384, 768, 2048, 2048) : List.of(256, 512, 1536, 1536),
                    List.of(k, 2 * k, 6 * k, 3 * k),
                    128,
                    variant);
        }

        /** A network of two stages for small images: 28 pixels, then 14, then 7. */
        private static Config micro(int width, int depth, Set<Part> without) {
            return new Config(
                    List.of(width / 2, width / 2),
                    List.of(1, 2),
                    List.of(width, 2 * width),
                    List.of(depth, 2 * depth),
                    Math.min(8, width / 2),
                    ScaledStdConv.Variant.PLAIN,
                    without);
        }

        private double geluGain() {
            double gain = variant == ScaledStdConv.Variant.PLAIN ? GELU_GAIN : RELEASED_GELU_GAIN;
            return without.contains(Part.ACTIVATION_GAIN) ? 1 : gain;
        }

        private ScaledStdConv convolution(Conv.Spec spec) {
            boolean raw = without.contains(Part.WEIGHT_STANDARDISATION);
            return new ScaledStdConv(spec, raw ? ScaledStdConv.Variant.UNSTANDARDISED : variant);
        }
    }

    /**
     * Returns small networks by name: widths and depths from {@code nfnet_micro_w8} to {@code nfnet_micro_w64} ({@code _d2}
     * has twice the blocks), each also with branches open from the start, and one without each of the other parts.
     */
    static Map<String, Config> micro() {
        Map<String, Config> out = new LinkedHashMap<>();
        for (int width : new int[] {8, 16, 32, 64}) {
            sizes(out, "nfnet_micro_w" + width, width, 1);
            if (width == 16 || width == 32) {
                sizes(out, "nfnet_micro_w" + width + "_d2", width, 2);
            }
        }
        for (Part part : List.of(Part.WEIGHT_STANDARDISATION, Part.ACTIVATION_GAIN)) {
            out.put("nfnet_micro_w16" + part.suffix, Config.micro(16, 1, Set.of(part)));
        }
        return out;
    }

    private static void sizes(Map<String, Config> out, String name, int width, int depth) {
        out.put(name, Config.micro(width, depth, Set.of()));
        out.put(name + Part.SKIP_INIT.suffix, Config.micro(width, depth, Set.of(Part.SKIP_INIT)));
    }

    /** Builds a network. */
    public NfNet(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        gain = config.geluGain();
        int in = spec.channels();
        for (int i = 0; i < config.stem.size(); i++) {
            Conv.Spec conv = Conv.Spec.same(in, config.stem.get(i), 3, config.stemStrides.get(i));
            in = config.stem.get(i);
            stem.add(child("stem.conv" + (i + 1), config.convolution(conv)));
        }
        int total = config.depths.stream().mapToInt(Integer::intValue).sum();
        double variance = 1;
        for (int stage = 0; stage < config.widths.size(); stage++) {
            for (int i = 0; i < config.depths.get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                int out = config.widths.get(stage);
                double rate = dropPath * blocks.size() / total;
                String name = "stages." + stage + "." + i;
                Geometry geometry = new Geometry(in, out, stride, config);
                blocks.add(block(name, new NfBlock(name, geometry, 1 / Math.sqrt(variance), rate)));
                // A transition block resets the variance; each branch adds alpha squared.
                variance = (i == 0 ? 1 : variance) + ALPHA * ALPHA;
                in = out;
            }
        }
        finalConv = child("final_conv", config.convolution(Conv.Spec.same(in, 2 * in, 1, 1)));
        fc = child("head.fc", Linear.classifier(2 * in, spec.classes(), Init.normal(0.01)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = stem.get(0).apply(x, pass);
        for (ScaledStdConv conv : stem.subList(1, stem.size())) {
            y = conv.apply(act(y, gain), pass);
        }
        return act(finalConv.apply(applyAll(blocks, y, pass), pass), gain);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc.apply(Kernels.spatialMean(features), pass);
    }

    private static NDArray act(NDArray x, double gain) {
        return Activation.gelu(x).mul(Torch.scalar(x, gain));
    }

    private record Geometry(int in, int out, int stride, Config config) {
        ScaledStdConv grouped(int stride) {
            int mid = mid();
            Conv.Spec spec = new Conv.Spec(mid, mid, 3, stride, 1, mid / config.groupWidth);
            return config.convolution(spec);
        }

        ScaledStdConv point(int in, int out) {
            return config.convolution(Conv.Spec.same(in, out, 1, 1));
        }

        /** Half the output, rounded down to whole groups as the released code does. */
        int mid() {
            return Math.max(1, out / 2 / config.groupWidth) * config.groupWidth;
        }
    }

    private static final class NfBlock extends Layer {
        private final String name;
        private final ScaledStdConv conv1;
        private final ScaledStdConv conv2;
        private final ScaledStdConv conv2b;
        private final ScaledStdConv conv3;
        private final ScaledStdConv shortcut;
        private final Linear squeeze;
        private final Linear excite;
        private final Parameter skipGain;
        private final int stride;
        private final double inverseBeta;
        private final double gain;
        private final double dropPath;

        NfBlock(String name, Geometry g, double inverseBeta, double dropPath) {
            this.name = name;
            this.inverseBeta = inverseBeta;
            this.dropPath = dropPath;
            stride = g.stride;
            gain = g.config.geluGain();
            conv1 = child("conv1", g.point(g.in, g.mid()));
            conv2 = child("conv2", g.grouped(stride));
            conv2b = child("conv2b", g.grouped(1));
            conv3 = child("conv3", g.point(g.mid(), g.out));
            squeeze = child("attn_last.fc1", Linear.pointwise(g.out, g.out / 2, Init.leCun()));
            excite = child("attn_last.fc2", Linear.pointwise(g.out / 2, g.out, Init.leCun()));
            boolean opens = !g.config.without.contains(Part.SKIP_INIT);
            skipGain = opens ? parameter("skipinit_gain", Role.SCALE, Init.ZEROS) : null;
            boolean transition = stride != 1 || g.in != g.out;
            shortcut = transition ? child("downsample.conv", g.point(g.in, g.out)) : null;
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray u = act(x, gain).mul(Torch.scalar(x, inverseBeta));
            NDArray skip = x;
            if (shortcut != null) {
                // At an odd side the last windows are smaller, as those of the convolutions.
                NDArray pooled = stride == 1
                        ? u
                        : Pool.avgPool2d(u, new Shape(2, 2), new Shape(2, 2), new Shape(0, 0), true, false);
                skip = shortcut.apply(pooled, pass);
            }
            NDArray y = conv2.apply(act(conv1.apply(u, pass), gain), pass);
            y = conv3.apply(act(conv2b.apply(act(y, gain), pass), gain), pass);
            NDArray pooled = Activation.relu(squeeze.apply(Kernels.spatialMean(y), pass));
            NDArray gate = Activation.sigmoid(excite.apply(pooled, pass)).mul(Torch.scalar(x, 2));
            y = y.mul(gate.expandDims(2).expandDims(3));
            y = pass.dropPath(y, dropPath);
            if (skipGain != null) {
                y = y.mul(pass.value(skipGain, x));
            }
            NDArray out = y.mul(Torch.scalar(x, ALPHA)).add(skip);
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }
}
