package org.backbonelab.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.pooling.Pool;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.layer.BatchNorm;
import org.backbonelab.layer.Conv;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.tensor.Spatial;

/**
 * VGG with batch norms (Simonyan and Zisserman, arXiv 1409.1556).
 *
 * <p>There are no residual branches: the drop-path rate is that of dropout between the hidden linear layers, published
 * as 0.5. Features of another size are pooled to the published one, as torchvision does. Names as timm's: {@code
 * features.0, features.1, pre_logits.fc1, head.fc}.
 */
public final class Vgg extends Backbone {
    private final List<List<Conv>> convs = new ArrayList<>();
    private final List<List<BatchNorm>> norms = new ArrayList<>();
    private final Linear fc1;
    private final Linear fc2;
    private final Linear fc;
    private final Config config;
    private final double dropout;

    /**
     * The sizes of one member of the family.
     *
     * @param widths channels per stage, each of which halves the resolution at its end
     * @param depth convolutions per stage
     * @param side of the pooled features
     * @param hidden units of the two linear layers
     */
    public record Config(List<Integer> widths, int depth, int side, int hidden) {}

    /** Builds a network. */
    public Vgg(ImageSpec spec, Config config, double dropout) {
        super(spec);
        this.config = config;
        this.dropout = dropout;
        int in = spec.channels();
        // Each convolution counts three modules: itself, norm, ReLU; a pool counts one.
        int index = 0;
        for (int width : config.widths) {
            List<Conv> stage = new ArrayList<>();
            List<BatchNorm> stageNorms = new ArrayList<>();
            for (int i = 0; i < config.depth; i++) {
                Conv conv = new Conv(Conv.Spec.same(in, width, 3, 1), Init.heFanOut(), true);
                stage.add(child("features." + index, conv));
                stageNorms.add(child("features." + (index + 1), new BatchNorm(width, Init.ONES)));
                index += 3;
                in = width;
            }
            convs.add(stage);
            norms.add(stageNorms);
            index++;
        }
        int flat = in * config.side * config.side;
        Linear wide = new Linear(flat, config.hidden, Init.normal(0.01));
        fc1 = child("pre_logits.fc1", wide.storedAsConvolution(config.side));
        fc2 = child("pre_logits.fc2", Linear.pointwise(config.hidden, config.hidden, Init.normal(0.01)));
        fc = child("head.fc", Linear.classifier(config.hidden, spec.classes(), Init.normal(0.01)));
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        NDArray y = x;
        for (int stage = 0; stage < convs.size(); stage++) {
            for (int i = 0; i < config.depth; i++) {
                NDArray z = convs.get(stage).get(i).apply(y, pass);
                y = norms.get(stage).get(i).applyRelu(z, pass);
                pass.tap("stages." + stage + "." + i, y);
            }
            y = Pool.maxPool2d(y, new Shape(2, 2), new Shape(2, 2), new Shape(0, 0), false);
        }
        return y;
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        NDArray y = Spatial.adaptiveMean(features, config.side).flatten(1, 3);
        y = pass.dropout(Activation.relu(fc1.apply(y, pass)), dropout);
        y = Activation.relu(fc2.apply(y, pass));
        return fc.apply(pass.dropout(y, dropout), pass);
    }
}
