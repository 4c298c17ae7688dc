package org.backbonelab.io;

/** Checks of values; a class of its own, so that records within records need not initialise each other. */
public final class Checks {
    private Checks() {}

    /**
     * Throws an exception that names the value and what was expected.
     *
     * @throws IllegalArgumentException if it is not ok
     */
    public static void require(boolean ok, String what, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(what + " is " + value + ", expected " + expected);
        }
    }
}
