package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** Two linear layers with GELU (erf form) between, on the last axis: (..., D) to (..., D). */
public final class Mlp extends Layer {
    private final Linear fc1;
    private final Linear fc2;
    private final Tap kind;
    private final String tap;

    /**
     * Builds the pair, as a block's MLP over channels.
     *
     * @param biasInit of both biases
     * @param tap the name under which the post-GELU activation is shown
     */
    public Mlp(int dim, int hidden, Init init, Init biasInit, String tap) {
        this(dim, hidden, init, biasInit, Tap.NEURONS, tap);
    }

    /**
     * Builds the pair.
     *
     * @param biasInit of both biases
     * @param kind of the post-GELU activation
     * @param tap the name under which it is shown
     */
    public Mlp(int dim, int hidden, Init init, Init biasInit, Tap kind, String tap) {
        fc1 = child("fc1", new Linear(dim, hidden, init, biasInit));
        fc2 = child("fc2", new Linear(hidden, dim, init, biasInit));
        this.kind = kind;
        this.tap = tap;
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray hidden = Activation.gelu(fc1.apply(x, pass));
        pass.tap(kind, tap, hidden);
        return fc2.apply(hidden, pass);
    }
}
