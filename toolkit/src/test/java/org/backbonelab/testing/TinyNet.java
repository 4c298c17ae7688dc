package org.backbonelab.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;

/** Linear, GELU, Linear on flattened 3 x 3 images, small enough for a golden file of all its weights. */
public final class TinyNet extends Backbone {
    private final Linear fc1;
    private final Linear fc2;

    /** Builds the network for 3 classes. */
    public TinyNet() {
        super(new ImageSpec(1, 3, 3));
        fc1 = child("fc1", new Linear(9, 5, Init.leCun()));
        fc2 = child("fc2", Linear.classifier(5, 3, Init.leCun()));
    }

    /** Returns a network with the parameters of the golden files. */
    public static TinyNet golden(NDManager manager) {
        TinyNet net = new TinyNet();
        net.initialize(manager, 0);
        Golden.fillParameters(net);
        return net;
    }

    /** Returns the batch of the golden files. */
    public static Batch goldenBatch() {
        return new Batch(Golden.fill(36, 0, 1, 0), new int[] {2, 0, 1, 2}, 1, 3);
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return Activation.gelu(fc1.apply(x.reshape(x.getShape().get(0), 9), pass));
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc2.apply(features, pass);
    }
}
