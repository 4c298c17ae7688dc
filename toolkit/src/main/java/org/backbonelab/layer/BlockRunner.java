package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;

/**
 * Decides how the blocks of a network are computed in a pass; see {@link Recomputation}.
 *
 * @param <P> the pass
 */
@FunctionalInterface
interface BlockRunner<P> {
    /**
     * What a block computes.
     *
     * @param <P> the pass
     */
    @FunctionalInterface
    interface Computation<P> {
        /** Computes the output of an input, as part of a pass. */
        NDArray of(NDArray x, P pass);
    }

    /** Returns the output of a block. */
    NDArray run(Computation<P> block, NDArray x, P pass);
}
