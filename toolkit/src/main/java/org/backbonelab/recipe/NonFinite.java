package org.backbonelab.recipe;

/**
 * What happens to an update whose loss or gradient is NaN or infinite; every such update is counted.
 *
 * <p>With SAM the gradients of both passes are looked at, and with Sophia those of the sampled labels, too. A gradient
 * is not finite if one of its values is not; a norm that overflows is no reason.
 */
public enum NonFinite {
    /** Nothing is changed and the run ends as diverged. */
    STOP,
    /**
     * The update is left out: weights, the optimizer's state, moving average and running statistics stay what they were
     * before its forward pass, and the run goes on. An epoch without any update ends the run as diverged.
     */
    SKIP,
    /** The gradients reach the optimizer as they are; a loss that is not finite then ends the run as diverged. */
    PROPAGATE
}
