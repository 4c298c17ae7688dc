package org.backbonelab.io;

/** Checks of values; a class of its own, so that records within records need not initialise each other. */
public final class Checks {
    /** More than deflate, the packing of gzip and zip, can reach; a header that claims more for its packed bytes lies. */
    public static final long DEFLATE_RATIO = 1040;

    private Checks() {}

    /**
     * Checks a value that a caller gave.
     *
     * @throws IllegalArgumentException that says {@code <what> is <value>, expected <expected>}, if it is not ok
     */
    public static void require(boolean ok, String what, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(what + " is " + value + ", expected " + expected);
        }
    }
}
