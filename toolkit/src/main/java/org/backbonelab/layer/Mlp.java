package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** Two linear layers with GELU (erf form) between, on the last axis: (..., D) to (..., D). */
public final class Mlp extends Layer {
    private final Linear fc1;
    private final Linear fc2;
    private final String tap;

    /**
     * Builds the pair.
     *
     * @param biasInit of both biases
     * @param tap the name under which the post-GELU activation is shown
     */
    public Mlp(int dim, int hidden, Init init, Init biasInit, String tap) {
        fc1 = child("fc1", new Linear(dim, hidden, init, biasInit));
        fc2 = child("fc2", new Linear(hidden, dim, init, biasInit));
        this.tap = tap;
    }

    @Override
    public NDArray apply(NDArray x, Pass pass) {
        NDArray hidden = Activation.gelu(fc1.apply(x, pass));
        pass.tap(tap, hidden);
        return fc2.apply(hidden, pass);
    }
}
