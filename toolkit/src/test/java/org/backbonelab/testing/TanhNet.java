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

/** The functions of {@code make_sam.py} and {@code make_hessian.py}: Linear, tanh, Linear on all values of an image. */
public final class TanhNet extends Backbone {
    private final int inputs;
    private final Linear fc1;
    private final Linear fc2;

    /** Builds a network of so many units. */
    public TanhNet(ImageSpec spec, int hidden) {
        super(spec);
        inputs = spec.channels() * spec.size() * spec.size();
        fc1 = child("fc1", new Linear(inputs, hidden, Init.leCun()));
        fc2 = child("fc2", Linear.classifier(hidden, spec.classes(), Init.leCun()));
    }

    /** Returns the network of {@code sam.json} with the parameters of that file. */
    public static TanhNet golden(NDManager manager) {
        TanhNet net = new TanhNet(new ImageSpec(3, 1, 2), 4);
        net.initialize(manager, 0);
        int k = 0;
        for (Parameter p : net.namedParameters().values()) {
            k++;
            Golden.set(p.getArray(), values((int) p.getArray().size(), k, 1));
        }
        return net;
    }

    /** Returns the batch of {@code sam.json}. */
    public static Batch goldenBatch() {
        return new Batch(values(24, 100, 2), new int[] {0, 1, 1, 0, 1, 0, 0, 1}, 3, 1);
    }

    /** Returns value(i, salt) of {@code make_optimizers.py}, scaled. */
    public static float[] values(int count, int salt, double scale) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) (scale * (((7919L * i * i + 31L * i + 104729L * salt) % 65536) / 32768.0 - 1));
        }
        return out;
    }

    @Override
    public NDArray forwardFeatures(NDArray x, Pass pass) {
        return fc1.apply(x.reshape(x.getShape().get(0), inputs), pass).tanh();
    }

    @Override
    protected NDArray head(NDArray features, Pass pass) {
        return fc2.apply(features, pass);
    }
}
