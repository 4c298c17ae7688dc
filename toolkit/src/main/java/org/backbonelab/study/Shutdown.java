package org.backbonelab.study;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What a process does when it is told to end (SIGTERM, SIGINT): a training finishes its batch and writes its
 * checkpoint, then the JVM exits with the code of the signal, 143 for SIGTERM.
 *
 * <p>A training that hangs, in native code or while reading a file that gives nothing, never comes to the end of its
 * batch. After half a minute it is waited for no more: what it did since its last checkpoint is then lost.
 */
final class Shutdown {
    private static final Object LOCK = new Object();
    private static Duration patience = Duration.ofSeconds(30);
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

    /** Sets how long a training has to finish its batch. */
    static void setPatience(Duration time) {
        synchronized (LOCK) {
            patience = time;
        }
    }

    /** The JVM exits when its shutdown hooks have ended: this one ends when no training holds it, or it takes too long. */
    private static void await() {
        synchronized (LOCK) {
            asked = true;
            long end = System.nanoTime() + patience.toNanos();
            haltAfter(patience.plusSeconds(5));
            long left = patience.toNanos();
            try {
                while (held > 0 && left > 0) {
                    TimeUnit.NANOSECONDS.timedWait(LOCK, left);
                    left = end - System.nanoTime();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (held > 0) {
                System.err.println("a training did not come to the end of its batch within " + patience.toSeconds()
                        + " s; started again, it continues from its last checkpoint");
            }
        }
    }

    /** Ends the JVM even where another hook hangs, or the exit itself. */
    private static void haltAfter(Duration time) {
        Thread thread = new Thread(
                () -> {
                    try {
                        Thread.sleep(time.toMillis());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    Runtime.getRuntime().halt(1);
                },
                "backbonelab-halt");
        thread.setDaemon(true);
        thread.start();
    }
}
