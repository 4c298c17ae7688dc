package org.backbonelab.data.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Closes a stream that gives nothing for a while, for a read of an HTTP body has no time limit of its own. */
final class Watch implements AutoCloseable {
    private final InputStream stream;
    private final Duration silence;
    private final Thread thread;
    private volatile long last = System.nanoTime();
    private volatile boolean isSilent;

    Watch(InputStream stream, Duration silence) {
        this.stream = stream;
        this.silence = silence;
        thread = new Thread(this::run, "backbonelab-download-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Reads some bytes, as the stream does.
     *
     * @throws IOException also if nothing has come for too long
     */
    int read(byte[] buffer) throws IOException {
        try {
            int count = stream.read(buffer);
            last = System.nanoTime();
            return count;
        } catch (IOException e) {
            throw isSilent ? new IOException("nothing came for " + silence.toMillis() / 1000.0 + " s", e) : e;
        }
    }

    private void run() {
        try {
            for (long left = silence.toNanos(); left > 0; left = last + silence.toNanos() - System.nanoTime()) {
                Thread.sleep(left / 1_000_000 + 1);
            }
            isSilent = true;
            stream.close();
        } catch (InterruptedException e) {
            // All was read.
        } catch (IOException e) {
            // The reader is told the same.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
