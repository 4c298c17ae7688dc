package org.backbonelab.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Init;
import org.backbonelab.layer.Linear;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ImageSpec;

/** The function of {@code make_sam.py}: Linear, tanh, Linear on images of 3 channels and one pixel. */
public final class TanhNet extends Backbone {
    private final Linear fc1;
    private final Linear fc2;

    private TanhNet() {
        super(new ImageSpec(3, 1, 2));
        fc1 = child("fc1", new Linear(3, 4, Init.leCun()));
        fc2 = child("fc2", Linear.classifier(4, 2, Init.leCun()));
    }

    /** Returns a network with the parameters of the golden file. */
    public static TanhNet golden(NDManager manager) {
        TanhNet net = new TanhNet();
        net.initialize(manager, 0);
        int k = 0;
        for (Parameter p : net.namedParameters().values()) {
            k++;
            Golden.set(p.getArray(), values((int) p.getArray().size(), k, 1));
        }
        return net;
    }

    /** Returns the batch of the golden file. */
    public static Batch goldenBatch() {
        return new Batch(values(24, 100, 2), new int[] {0, 1, 1, 0, 1, 0, 0, 1}, 3, 1);
    }

    private static float[] values(int count, int salt, double scale) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) (scale * (((7919L * i * i + 31L * i + 104729L * salt) % 65536) / 32768.0 - 1));
        }
        return out;
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return fc1.apply(x.reshape(x.getShape().get(0), 3), pass).tanh();
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc2.apply(features, pass);
    }
}
