package org.backbonelab.planted;

/** Knows {@link Egg}, which knows it: a circle for the test that circles are found. */
public final class Hen {
    /** Returns what the hen lays. */
    public Egg lay() {
        return new Egg();
    }
}
