package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import org.backbonelab.tensor.Patchwork;

/**
 * Some patches of the images of a batch, the same number of each, and how they are taken out and put back at any scale.
 *
 * <p>A network whose layers mostly look at one position, or at squares within a patch, computes packed patches as if they
 * were images, and the others not at all: {@link Pass#withPatches}.
 *
 * @param chosen (N, 1, h, w), 1 where a patch is chosen, else 0; the same number of ones in every image
 */
public record Patches(NDArray chosen) {
    /** Returns the patches that this leaves. */
    public Patches others() {
        return new Patches(chosen.neg().add(1));
    }

    /** Takes the patches out of (N, C, h p, w p): (N, C, K p, p), those of an image below each other. */
    public NDArray take(NDArray x) {
        return Patchwork.take(x, chosen);
    }

    /** Puts (N, C, K p, p) back to where it was taken: (N, C, h p, w p), zero elsewhere. */
    public NDArray put(NDArray packed) {
        return Patchwork.put(packed, chosen);
    }
}
