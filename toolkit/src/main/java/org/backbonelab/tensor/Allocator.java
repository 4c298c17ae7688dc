package org.backbonelab.tensor;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * Tells the C library to keep freed memory for the next training step.
 *
 * <p>A step frees and asks for the same large blocks again. By default glibc gives each back to the system, which
 * hands out fresh zeroed pages at the next call: whole steps are several percent slower.
 */
final class Allocator {
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int M_ARENA_MAX = -8;
    private static final int GIGABYTE = 1 << 30;

    private Allocator() {}

    /** Must be called before libtorch starts its threads; does nothing where the C library is not glibc. */
    static void keepFreedMemory() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            Function mallopt = NativeLibrary.getInstance("c").getFunction("mallopt");
            mallopt.invokeInt(new Object[] {M_ARENA_MAX, 1});
            mallopt.invokeInt(new Object[] {M_MMAP_THRESHOLD, GIGABYTE});
            mallopt.invokeInt(new Object[] {M_TRIM_THRESHOLD, Integer.MAX_VALUE});
        } catch (UnsatisfiedLinkError e) {
            // Another C library, such as musl: its defaults have to do.
        }
    }
}
