package org.backbonelab.layer;

/** What kind of activation a layer shows to who listens to a {@link Pass}. */
public enum Tap {
    /** The output of a block, which the next block sees. */
    BLOCK,
    /** The hidden units of a block, after their activation: those of its channel MLP, or after its first convolution. */
    NEURONS,
    /** What the last linear layer of a block's MLP sees, where a norm stands between the activation and it. */
    EXPANDED,
    /** The weights of a self-attention after the softmax, (N, heads, T, T). */
    ATTENTION,
    /** Any other activation inside a block. */
    INNER
}
