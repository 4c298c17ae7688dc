package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Pointwise;

/**
 * Inverted bottlenecks: MobileNet V2 (arXiv 1801.04381) and EfficientNet (1905.11946).
 *
 * <p>EfficientNet adds squeeze-and-excitation, and has SiLU in place of ReLU6. Names as timm's: {@code conv_stem, bn1,
 * blocks.1.0.conv_pw, blocks.1.0.se.conv_reduce, conv_head, classifier}.
 */
public final class MobileNet extends Backbone {
    /** Squeezed channels as a share of the block's input. */
    private static final int SQUEEZE = 4;

    private final Conv stem;
    private final BatchNorm bn1;
    private final List<Block> blocks = new ArrayList<>();
    private final Conv convHead;
    private final BatchNorm bn2;
    private final Linear classifier;
    private final boolean efficient;

    /**
     * Blocks of one kind; the first one has the stride.
     *
     * @param expand factor of the channels inside; 1 means no first convolution
     */
    public record Stage(int expand, int channels, int repeats, int stride, int kernel) {}

    /**
     * The sizes of one member of the family.
     *
     * @param efficient whether it is an EfficientNet
     * @param stemStride of the 3x3 stem
     * @param stem channels of the stem
     * @param stages in their order
     * @param head channels before the classifier
     */
    public record Config(boolean efficient, int stemStride, int stem, List<Stage> stages, int head) {
        /** Returns MobileNet V2 of width 1. */
        static Config mobileNetV2() {
            List<Stage> stages = List.of(
                    new Stage(1, 16, 1, 1, 3),
                    new Stage(6, 24, 2, 2, 3),
                    new Stage(6, 32, 3, 2, 3),
                    new Stage(6, 64, 4, 2, 3),
                    new Stage(6, 96, 3, 1, 3),
                    new Stage(6, 160, 3, 2, 3),
                    new Stage(6, 320, 1, 1, 3));
            return new Config(false, 2, 32, stages, 1280);
        }

        /** Returns EfficientNet-B0. */
        static Config efficientNetB0() {
            List<Stage> stages = List.of(
                    new Stage(1, 16, 1, 1, 3),
                    new Stage(6, 24, 2, 2, 3),
                    new Stage(6, 40, 2, 2, 5),
                    new Stage(6, 80, 3, 2, 3),
                    new Stage(6, 112, 3, 1, 5),
                    new Stage(6, 192, 4, 2, 5),
                    new Stage(6, 320, 1, 1, 3));
            return new Config(true, 2, 32, stages, 1280);
        }

        /** Returns inverted bottlenecks for small images: 28 pixels, then 14, then 7. */
        static Config inverted(boolean efficient) {
            List<Stage> stages = List.of(
                    new Stage(1, 16, 1, 1, 3), new Stage(6, 24, 2, 2, 3), new Stage(6, 48, 2, 2, efficient ? 5 : 3));
            return new Config(efficient, 1, 16, stages, 192);
        }
    }

    /** Builds a network. */
    public MobileNet(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        efficient = config.efficient;
        int in = config.stem;
        Conv.Spec first = Conv.Spec.same(spec.channels(), in, 3, config.stemStride);
        stem = child("conv_stem", new Conv(first, Init.heFanOut(), false));
        bn1 = child("bn1", new BatchNorm(in, Init.ONES));
        int total = config.stages.stream().mapToInt(Stage::repeats).sum();
        for (int s = 0; s < config.stages.size(); s++) {
            Stage stage = config.stages.get(s);
            for (int i = 0; i < stage.repeats; i++) {
                String name = "blocks." + s + "." + i;
                double rate = dropPath * blocks.size() / total;
                blocks.add(block(name, new Block(name, in, stage, i == 0 ? stage.stride : 1, efficient, rate)));
                in = stage.channels;
            }
        }
        convHead = child("conv_head", new Conv(Conv.Spec.same(in, config.head, 1, 1), Init.heFanOut(), false));
        bn2 = child("bn2", new BatchNorm(config.head, Init.ONES));
        Init init = efficient ? Init.uniform(1 / Math.sqrt(spec.classes())) : Init.normal(0.01);
        classifier = child("classifier", Linear.classifier(config.head, spec.classes(), init));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = act(bn1.apply(stem.apply(x, pass), pass), efficient);
        return act(bn2.apply(convHead.apply(applyAll(blocks, y, pass), pass), pass), efficient);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return classifier.apply(Kernels.spatialMean(features), pass);
    }

    private static NDArray act(NDArray x, boolean efficient) {
        return efficient ? Pointwise.silu(x) : Pointwise.relu6(x);
    }

    private static final class Block extends Layer {
        private final String name;
        private final boolean efficient;
        private final boolean residual;
        private final double dropPath;
        private final Conv expand;
        private final BatchNorm expandNorm;
        private final Conv depthwise;
        private final BatchNorm depthwiseNorm;
        private final Linear reduce;
        private final Linear excite;
        private final Conv project;
        private final BatchNorm projectNorm;

        Block(String name, int in, Stage stage, int stride, boolean efficient, double dropPath) {
            this.name = name;
            this.efficient = efficient;
            this.dropPath = dropPath;
            residual = stride == 1 && in == stage.channels;
            boolean wide = stage.expand != 1;
            int mid = in * stage.expand;
            int norms = 1;
            if (wide) {
                expand = child("conv_pw", new Conv(Conv.Spec.same(in, mid, 1, 1), Init.heFanOut(), false));
                expandNorm = child("bn" + norms++, new BatchNorm(mid, Init.ONES));
            } else {
                expand = null;
                expandNorm = null;
            }
            Conv.Spec spec = new Conv.Spec(mid, mid, stage.kernel, stride, stage.kernel / 2, mid);
            depthwise = child("conv_dw", new Conv(spec, Init.heFanIn(), false));
            depthwiseNorm = child("bn" + norms++, new BatchNorm(mid, Init.ONES));
            int squeezed = Math.max(1, in / SQUEEZE);
            reduce = efficient ? child("se.conv_reduce", Linear.pointwise(mid, squeezed, Init.heFanOut())) : null;
            excite = efficient ? child("se.conv_expand", Linear.pointwise(squeezed, mid, Init.heFanOut())) : null;
            Conv.Spec out = Conv.Spec.same(mid, stage.channels, 1, 1);
            project = child(wide ? "conv_pwl" : "conv_pw", new Conv(out, Init.heFanOut(), false));
            projectNorm = child("bn" + norms, new BatchNorm(stage.channels, Init.ONES));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = x;
            if (expand != null) {
                y = act(expandNorm.apply(expand.apply(y, pass), pass), efficient);
            }
            y = act(depthwiseNorm.apply(depthwise.apply(y, pass), pass), efficient);
            pass.tap(Tap.NEURONS, name + ".act", y);
            if (efficient) {
                NDArray squeezed = Pointwise.silu(reduce.apply(Kernels.spatialMean(y), pass));
                NDArray gate = Activation.sigmoid(excite.apply(squeezed, pass));
                y = y.mul(gate.expandDims(2).expandDims(3));
            }
            y = projectNorm.apply(project.apply(y, pass), pass);
            NDArray out = residual ? pass.dropPath(y, dropPath).add(x) : y;
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }
}
