package org.backbonelab.study;

import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * What a process does when it is told to end (SIGTERM, SIGINT): a training finishes its batch and writes its
 * checkpoint, then the JVM exits with the code of the signal, 143 for SIGTERM.
 */
final class Shutdown {
    private static final Object LOCK = new Object();
    private static boolean installed;
    private static boolean asked;
    private static int held;

    private Shutdown() {}

    /** Does work that asks {@link #isAsked} now and then, and keeps the process alive until it ends. */
    static <T> T holding(Supplier<T> work) {
        synchronized (LOCK) {
            if (!installed) {
                installed = true;
                Runtime.getRuntime().addShutdownHook(new Thread(Shutdown::await, "backbonelab-shutdown"));
            }
            held++;
        }
        try {
            return work.get();
        } catch (CancellationException e) {
            if (isAsked()) {
                // Said here, as the JVM does not wait for whoever would say it later.
                System.err.println(e.getMessage());
            }
            throw e;
        } finally {
            synchronized (LOCK) {
                held--;
                LOCK.notifyAll();
            }
        }
    }

    /** Tells whether the process was told to end. */
    static boolean isAsked() {
        synchronized (LOCK) {
            return asked;
        }
    }

    /** The JVM exits when its shutdown hooks have ended: this one ends when no training holds it. */
    private static void await() {
        synchronized (LOCK) {
            asked = true;
            while (held > 0) {
                try {
                    LOCK.wait();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
