package org.backbonelab.train;

/** How the update is made: turns an objective into a change of the parameters. */
@FunctionalInterface
public interface Step {
    /**
     * Makes one update.
     *
     * @return the loss before it, NaN or infinite where the run has diverged; then nothing was changed
     */
    double update(Update update);

    /** The plain step: gradient, clipping, optimizer. */
    Step PLAIN = update -> {
        Update.Backward backward = update.backward(false);
        if (backward.isFinite()) {
            update.apply(backward.gradients());
        }
        return backward.loss();
    };
}
