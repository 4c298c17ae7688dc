package org.backbonelab.bench;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;

/** Tells glibc to keep freed memory, so that a step does not fault in fresh pages for every activation. */
final class Memory {
    private static final int TRIM_THRESHOLD = -1;
    private static final int MMAP_THRESHOLD = -3;
    private static final int ARENA_MAX = -8;

    private Memory() {}

    /** To be called before libtorch starts its threads. */
    static void keep() {
        Function mallopt = NativeLibrary.getInstance("c").getFunction("mallopt");
        set(mallopt, ARENA_MAX, 1);
        set(mallopt, MMAP_THRESHOLD, 1 << 30);
        set(mallopt, TRIM_THRESHOLD, Integer.MAX_VALUE);
    }

    private static void set(Function mallopt, int parameter, int value) {
        if (mallopt.invokeInt(new Object[] {parameter, value}) != 1) {
            throw new IllegalStateException("mallopt(" + parameter + ", " + value + ") failed; expected glibc");
        }
    }
}
