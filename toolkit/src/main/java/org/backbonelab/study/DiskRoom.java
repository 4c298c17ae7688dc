package org.backbonelab.study;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.backbonelab.io.DiskFullException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a training has found until there is room for it: hours of work shall not be lost for a few kilobytes.
 *
 * <p>Where the disk is full, this is told once, the write is tried again every few seconds, and given up after an hour.
 */
final class DiskRoom {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    private static volatile Consumer<String> listener = LOG::warn;

    private final Duration pause;
    private final Duration patience;

    /**
     * Waits so long.
     *
     * @param pause between two tries
     * @param patience in all
     */
    DiskRoom(Duration pause, Duration patience) {
        this.pause = pause;
        this.patience = patience;
    }

    /** Sets who is told that a write waits. */
    static void tell(Consumer<String> to) {
        listener = to;
    }

    /** Writes, waiting for room as this class says. */
    static void write(Runnable write) {
        new DiskRoom(Duration.ofSeconds(5), Duration.ofHours(1)).await(write);
    }

    /**
     * Writes.
     *
     * @param write can be called again after it failed
     * @throws DiskFullException if there was no room for too long, or the process was told to end
     */
    void await(Runnable write) {
        long end = System.nanoTime() + patience.toNanos();
        boolean isTold = false;
        while (true) {
            try {
                write.run();
                return;
            } catch (DiskFullException e) {
                if (System.nanoTime() > end || Shutdown.isAsked()) {
                    throw e;
                }
                if (!isTold) {
                    isTold = true;
                    listener.accept(e.getMessage() + "; it is tried again for " + patience.toMinutes() + " minutes");
                }
            }
            sleep();
        }
    }

    private void sleep() {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the cell was interrupted while it waited for room on the disk");
        }
    }
}
