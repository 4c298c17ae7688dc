package org.backbonelab.data;

/** Checks of values; a class of its own, so that records within records need not initialise each other. */
final class Checks {
    private Checks() {}

    /** Throws an exception that names the value and what was expected. */
    static void require(boolean ok, String what, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(what + " is " + value + ", expected " + expected);
        }
    }
}
