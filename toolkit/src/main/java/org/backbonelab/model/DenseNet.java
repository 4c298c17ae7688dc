package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
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
 * DenseNet-BC (Huang et al., arXiv 1608.06993): every layer sees all before it, joined.
 *
 * <p>The small-image form has a 3x3 stem at stride 1 alone. Drop path leaves a layer's new channels out. Names as
 * timm's: {@code features.conv0, features.denseblock1.denselayer1.conv1, features.transition1.conv, classifier}.
 */
public final class DenseNet extends Backbone {
    private static final int BOTTLENECK = 4;

    private final Conv stem;
    private final BatchNorm stemNorm;
    private final List<Layer> layers = new ArrayList<>();
    private final BatchNorm norm;
    private final Linear classifier;

    /**
     * The sizes of one member of the family.
     *
     * @param stem channels of the first convolution
     * @param growth channels that each layer adds
     * @param depths layers per block; between blocks channels and resolution are halved
     * @param smallImages whether the stem keeps the resolution; else it divides it by 4
     */
    public record Config(int stem, int growth, List<Integer> depths, boolean smallImages) {}

    /** Builds a network. */
    public DenseNet(ImageSpec spec, Config config, double dropPath) {
        super(spec);
        int in = config.stem;
        boolean small = config.smallImages;
        Conv.Spec first = Conv.Spec.same(spec.channels(), in, small ? 3 : 7, small ? 1 : 2);
        stem = child("features.conv0", new Conv(first, Init.heFanIn(), false));
        stemNorm = small ? null : child("features.norm0", new BatchNorm(in, Init.ONES));
        double[] rates =
                dropPathRates(config.depths.stream().mapToInt(Integer::intValue).sum(), dropPath);
        int at = 0;
        for (int block = 1; block <= config.depths.size(); block++) {
            for (int i = 1; i <= config.depths.get(block - 1); i++) {
                String name = "features.denseblock" + block + ".denselayer" + i;
                layers.add(child(name, new DenseLayer(name, in, config.growth, rates[at++])));
                in += config.growth;
            }
            if (block < config.depths.size()) {
                layers.add(child("features.transition" + block, new Transition(in, in / 2)));
                in /= 2;
            }
        }
        norm = child("features.norm5", new BatchNorm(in, Init.ONES));
        classifier = child("classifier", Linear.classifier(in, spec.classes(), Init.pytorchDefault()));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = stem.apply(x, pass);
        if (stemNorm != null) {
            y = stemNorm.applyRelu(y, pass);
            y = Pool.maxPool2d(y, new Shape(3, 3), new Shape(2, 2), new Shape(1, 1), false);
        }
        return norm.applyRelu(applyAll(layers, y, pass), pass);
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return classifier.apply(Kernels.spatialMean(features), pass);
    }

    private static final class DenseLayer extends Layer {
        private final String name;
        private final BatchNorm norm1;
        private final Conv conv1;
        private final BatchNorm norm2;
        private final Conv conv2;
        private final double dropPath;

        DenseLayer(String name, int in, int growth, double dropPath) {
            this.name = name;
            this.dropPath = dropPath;
            int mid = BOTTLENECK * growth;
            norm1 = child("norm1", new BatchNorm(in, Init.ONES));
            conv1 = child("conv1", new Conv(Conv.Spec.same(in, mid, 1, 1), Init.heFanIn(), false));
            norm2 = child("norm2", new BatchNorm(mid, Init.ONES));
            conv2 = child("conv2", new Conv(Conv.Spec.same(mid, growth, 3, 1), Init.heFanIn(), false));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = conv1.apply(norm1.applyRelu(x, pass), pass);
            y = conv2.apply(norm2.applyRelu(y, pass), pass);
            NDArray out = NDArrays.concat(new NDList(x, pass.dropPath(y, dropPath)), 1);
            pass.tap(Tap.BLOCK, name, out);
            return out;
        }
    }

    private static final class Transition extends Layer {
        private final BatchNorm norm;
        private final Conv conv;

        Transition(int in, int out) {
            norm = child("norm", new BatchNorm(in, Init.ONES));
            conv = child("conv", new Conv(Conv.Spec.same(in, out, 1, 1), Init.heFanIn(), false));
        }

        @Override
        public NDArray apply(NDArray x, Pass pass) {
            NDArray y = conv.apply(norm.applyRelu(x, pass), pass);
            return Pool.avgPool2d(y, new Shape(2, 2), new Shape(2, 2), new Shape(0, 0), false, true);
        }
    }
}
