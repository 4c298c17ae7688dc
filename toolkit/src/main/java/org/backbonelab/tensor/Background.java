package org.backbonelab.tensor;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * Makes room for the training thread.
 *
 * <p>libtorch has a thread for every core and waits for the slowest: a background thread that takes a core for a moment
 * makes all of them wait.
 */
public final class Background {
    /** Of 0 to 19: about a tenth of the share of a thread at 0. */
    private static final int NICE = 10;

    private static final int PRIO_PROCESS = 0;

    private Background() {}

    /** Lets the calling thread step back behind others that are busy; does nothing where the system has no such call. */
    public static void yieldToTraining() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            // On Linux "this process" is the calling thread.
            NativeLibrary.getInstance("c").getFunction("setpriority").invokeInt(new Object[] {PRIO_PROCESS, 0, NICE});
        } catch (UnsatisfiedLinkError e) {
            // It then competes like any other thread.
        }
    }
}
