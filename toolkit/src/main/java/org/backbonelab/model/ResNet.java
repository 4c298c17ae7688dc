package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Layer;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Kernels;

/**
 * ResNet with basic blocks (He et al. 2016) in its small-image form: 3x3 stem at stride 1, no max-pool.
 *
 * <p>Names as timm's and torchvision's: {@code conv1, bn1, layer1.0.conv1, ..., fc}.
 */
public final class ResNet extends Backbone {
    private final Conv conv1;
    private final BatchNorm bn1;
    private final List<BasicBlock> blocks = new ArrayList<>();
    private final Linear fc;

    /**
     * Builds a network.
     *
     * @param widths channels per stage; every stage but the first halves the resolution
     * @param depths blocks per stage
     */
    public ResNet(ImageSpec spec, int[] widths, int[] depths, double dropPath) {
        super(spec);
        conv1 = child("conv1", new Conv(Conv.Spec.same(spec.channels(), widths[0], 3, 1), Init.heFanOut(), false));
        bn1 = child("bn1", new BatchNorm(widths[0], Init.ONES));
        int total = java.util.Arrays.stream(depths).sum();
        double[] rates = dropPathRates(total, dropPath);
        int in = widths[0];
        for (int stage = 0; stage < widths.length; stage++) {
            for (int i = 0; i < depths[stage]; i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                String name = "layer" + (stage + 1) + "." + i;
                double rate = rates[blocks.size()];
                blocks.add(child(name, new BasicBlock(name, in, widths[stage], stride, rate)));
                in = widths[stage];
            }
        }
        fc = child("fc", new Linear(in, spec.classes(), Init.normal(0.01)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = bn1.applyRelu(conv1.apply(x, pass), pass);
        for (BasicBlock block : blocks) {
            y = block.applyAlone(y, pass);
        }
        return y;
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc.apply(Kernels.spatialMean(features), pass);
    }

    private static final class BasicBlock extends Layer {
        private final String name;
        private final Conv conv1;
        private final BatchNorm bn1;
        private final Conv conv2;
        private final BatchNorm bn2;
        private final Conv shortcut;
        private final BatchNorm shortcutNorm;
        private final double dropPath;

        BasicBlock(String name, int in, int out, int stride, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            conv1 = child("conv1", new Conv(Conv.Spec.same(in, out, 3, stride), Init.heFanOut(), false));
            bn1 = child("bn1", new BatchNorm(out, Init.ONES));
            conv2 = child("conv2", new Conv(Conv.Spec.same(out, out, 3, 1), Init.heFanOut(), false));
            bn2 = child("bn2", new BatchNorm(out, Init.ONES));
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
            NDArray hidden = bn1.applyRelu(conv1.apply(x, pass), pass);
            pass.tap(name + ".act1", hidden);
            NDArray branch = bn2.apply(conv2.apply(hidden, pass), pass);
            NDArray skip = shortcut == null ? x : shortcutNorm.apply(shortcut.apply(x, pass), pass);
            NDArray y = Kernels.addRelu(pass.dropPath(branch, dropPath), skip);
            pass.tap(name, y);
            return y;
        }
    }
}
