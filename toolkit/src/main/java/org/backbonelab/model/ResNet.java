package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;
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

/**
 * ResNet (He et al., arXiv 1512.03385) with basic blocks or bottlenecks.
 *
 * <p>A bottleneck has its stride in the 3x3 convolution, as torchvision and timm have it. The small-image form has a
 * 3x3 stem at stride 1 and no max-pool. Names as timm's and torchvision's: {@code conv1, bn1, layer1.0.conv1, fc}.
 */
public final class ResNet extends Backbone {
    private static final int EXPANSION = 4;

    private final Conv conv1;
    private final BatchNorm bn1;
    private final List<Block> blocks = new ArrayList<>();
    private final Linear fc;
    private final Config config;

    /**
     * The sizes of one member of the family.
     *
     * @param widths of the 3x3 convolutions per stage; every stage but the first halves the resolution
     * @param depths blocks per stage
     * @param bottleneck whether blocks are 1x1, 3x3, 1x1 with four times the width outside; else two 3x3
     * @param smallImages whether the stem keeps the resolution; else it divides it by 4
     */
    public record Config(List<Integer> widths, List<Integer> depths, boolean bottleneck, boolean smallImages) {
        /** Returns the usual widths, 64 to 512. */
        static Config standard(boolean bottleneck, boolean smallImages, Integer... depths) {
            return new Config(List.of(64, 128, 256, 512), List.of(depths), bottleneck, smallImages);
        }
    }

    /** Builds a network. */
    public ResNet(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        this.config = config;
        int in = config.widths.get(0);
        Conv.Spec stem = Conv.Spec.same(spec.channels(), in, config.smallImages ? 3 : 7, config.smallImages ? 1 : 2);
        conv1 = child("conv1", new Conv(stem, Init.heFanOut(), false));
        bn1 = child("bn1", new BatchNorm(in, Init.ONES));
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        for (int stage = 0; stage < config.widths.size(); stage++) {
            for (int i = 0; i < config.depths.get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                String name = "layer" + (stage + 1) + "." + i;
                List<Conv.Spec> convs = convolutions(in, config.widths.get(stage), stride, config.bottleneck);
                blocks.add(block(name, new Block(name, convs, stride, rates[blocks.size()])));
                in = convs.get(convs.size() - 1).out();
            }
        }
        fc = child("fc", Linear.classifier(in, spec.classes(), Init.normal(0.01)));
    }

    private static List<Conv.Spec> convolutions(int in, int width, int stride, boolean bottleneck) {
        return bottleneck
                ? List.of(
                        Conv.Spec.same(in, width, 1, 1),
                        Conv.Spec.same(width, width, 3, stride),
                        Conv.Spec.same(width, EXPANSION * width, 1, 1))
                : List.of(Conv.Spec.same(in, width, 3, stride), Conv.Spec.same(width, width, 3, 1));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = bn1.applyRelu(conv1.apply(x, pass), pass);
        if (!config.smallImages) {
            y = Pool.maxPool2d(y, new Shape(3, 3), new Shape(2, 2), new Shape(1, 1), false);
        }
        return applyAll(blocks, y, pass);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc.apply(Kernels.spatialMean(features), pass);
    }

    /** Convolutions with norms and ReLU between them, added to the input. */
    private static final class Block extends Layer {
        private final String name;
        private final List<Conv> convs = new ArrayList<>();
        private final List<BatchNorm> norms = new ArrayList<>();
        private final Conv shortcut;
        private final BatchNorm shortcutNorm;
        private final double dropPath;

        Block(String name, List<Conv.Spec> specs, int stride, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            for (Conv.Spec spec : specs) {
                int k = convs.size() + 1;
                convs.add(child("conv" + k, new Conv(spec, Init.heFanOut(), false)));
                norms.add(child("bn" + k, new BatchNorm(spec.out(), Init.ONES)));
            }
            int in = specs.get(0).in();
            int out = specs.get(specs.size() - 1).out();
            if (stride != 1 || in != out) {
                Conv.Spec spec = new Conv.Spec(in, out, 1, stride, 0, 1);
                shortcut = child("downsample.0", new Conv(spec, Init.heFanOut(), false));
                shortcutNorm = child("downsample.1", new BatchNorm(out, Init.ONES));
            } else {
                shortcut = null;
                shortcutNorm = null;
            }
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = x;
            int last = convs.size() - 1;
            for (int i = 0; i < last; i++) {
                y = norms.get(i).applyRelu(convs.get(i).apply(y, pass), pass);
                pass.tap(i == 0 ? Tap.NEURONS : Tap.INNER, name + ".act" + (i + 1), y);
            }
            NDArray branch = norms.get(last).apply(convs.get(last).apply(y, pass), pass);
            NDArray skip = shortcut == null ? x : shortcutNorm.apply(shortcut.apply(x, pass), pass);
            y = Kernels.addRelu(pass.dropPath(branch, dropPath), skip);
            pass.tap(Tap.BLOCK, name, y);
            return y;
        }
    }
}
