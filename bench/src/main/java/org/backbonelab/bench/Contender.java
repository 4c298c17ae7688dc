package org.backbonelab.bench;

/** One way to do a {@link Task}, alone in its process. */
interface Contender extends AutoCloseable {
    /**
     * Makes one step: forward, loss, gradient, update.
     *
     * @return the loss before the update; 0 where the task has none
     */
    double step();

    /** Returns how long all steps together have waited for data, in milliseconds. */
    default double waitedMs() {
        return 0;
    }

    /** Returns the number of trained values. */
    long parameters();

    @Override
    void close();
}
