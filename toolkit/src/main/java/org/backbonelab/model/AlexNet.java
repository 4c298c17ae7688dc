package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.pooling.Pool;
import java.util.List;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.Spatial;

/**
 * AlexNet (Krizhevsky et al. 2012) in its one-tower form (arXiv 1404.5997).
 *
 * <p>There are no residual branches: the drop-path rate is that of dropout before the two hidden linear layers,
 * published as 0.5. Names as torchvision's: {@code features.0, features.3, classifier.1, classifier.6}.
 */
public final class AlexNet extends Backbone {
    private final List<Conv> convs;
    private final Linear fc1;
    private final Linear fc2;
    private final Linear fc3;
    private final Config config;
    private final double dropout;

    /**
     * The sizes of one member of the family.
     *
     * @param widths of the five convolutions
     * @param stem kernel of the first; its stride is (kernel + 1) / 3
     * @param padding of the first; with 1 in place of 0 the small ones take images from 15 pixels in place of 17
     * @param side of the pooled features
     * @param hidden units of the two linear layers
     */
    public record Config(List<Integer> widths, int stem, int padding, int side, int hidden) {}

    /** Builds a network. */
    public AlexNet(ImageSpec spec, Config config, double dropout) {
        super(spec);
        this.config = config;
        this.dropout = dropout;
        List<Integer> w = config.widths;
        int stride = (config.stem + 1) / 3;
        Conv.Spec first = new Conv.Spec(spec.channels(), w.get(0), config.stem, stride, config.padding, 1);
        convs = List.of(
                child("features.0", new Conv(first, Init.heFanIn(), true)),
                child("features.3", new Conv(Conv.Spec.same(w.get(0), w.get(1), 5, 1), Init.heFanIn(), true)),
                child("features.6", new Conv(Conv.Spec.same(w.get(1), w.get(2), 3, 1), Init.heFanIn(), true)),
                child("features.8", new Conv(Conv.Spec.same(w.get(2), w.get(3), 3, 1), Init.heFanIn(), true)),
                child("features.10", new Conv(Conv.Spec.same(w.get(3), w.get(4), 3, 1), Init.heFanIn(), true)));
        int flat = w.get(4) * config.side * config.side;
        fc1 = child("classifier.1", new Linear(flat, config.hidden, Init.normal(0.01)));
        fc2 = child("classifier.4", new Linear(config.hidden, config.hidden, Init.normal(0.01)));
        fc3 = child("classifier.6", Linear.classifier(config.hidden, spec.classes(), Init.normal(0.01)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = x;
        for (int i = 0; i < convs.size(); i++) {
            y = Activation.relu(convs.get(i).apply(y, pass));
            pass.tap(Tap.BLOCK, "features." + i, y);
            if (i < 2 || i == 4) {
                y = Pool.maxPool2d(y, new Shape(3, 3), new Shape(2, 2), new Shape(0, 0), false);
            }
        }
        return y;
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        NDArray y = Spatial.adaptiveMean(features, config.side).flatten(1, 3);
        y = Activation.relu(fc1.apply(pass.dropout(y, dropout), pass));
        y = Activation.relu(fc2.apply(pass.dropout(y, dropout), pass));
        return fc3.apply(y, pass);
    }
}
