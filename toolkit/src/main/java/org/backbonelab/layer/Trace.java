package org.backbonelab.layer;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

/** Hears of every convolution, linear layer and attention that a pass computes. */
@FunctionalInterface
public interface Trace {
    /**
     * Called after the layer.
     *
     * @param output shape of what it computed
     * @param multiplyAdds that it took
     */
    void computed(Block layer, Shape output, long multiplyAdds);
}
