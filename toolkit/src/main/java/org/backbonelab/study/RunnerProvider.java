package org.backbonelab.study;

/** A module that brings runners along; found by {@link java.util.ServiceLoader}. */
public interface RunnerProvider {
    /** Tells whether a runner of this name comes from here. */
    boolean serves(String name);

    /**
     * Returns the runner of a name that is served here.
     *
     * @throws IllegalArgumentException if the name lacks something; the message says what
     */
    Runner runner(String name);
}
