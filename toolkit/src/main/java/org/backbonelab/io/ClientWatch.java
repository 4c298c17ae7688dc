package org.backbonelab.io;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends a kernel whose client is gone: nobody would see what it trains.
 *
 * <p>A client that is killed cannot ask its kernel to end. Our own kernel looks after itself; IJava and JJava would train
 * on for hours.
 */
public final class ClientWatch {
    private static final int POLL_MILLIS = 500;
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private ClientWatch() {}

    /**
     * Watches the process that started this kernel, once and from now on; does nothing where Jupyter names none.
     *
     * <p>To be called in the JVM of a kernel only: programs that a cell starts have the same environment, and may be
     * meant to outlive their notebook.
     */
    public static void start() {
        if (STARTED.compareAndSet(false, true)) {
            Settings.jupyterProcess().flatMap(ClientWatch::process).ifPresent(ClientWatch::haltAfter);
        }
    }

    /** On Windows, Jupyter's number is that of a handle. */
    private static Optional<ProcessHandle> process(String number) {
        return number.matches("[1-9][0-9]{0,9}") ? ProcessHandle.of(Long.parseLong(number)) : Optional.empty();
    }

    private static void haltAfter(ProcessHandle client) {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (client.isAlive()) {
                            Thread.sleep(POLL_MILLIS);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                    // halt, not exit: hooks of a cell's libraries must not keep it alive.
                    Runtime.getRuntime().halt(1);
                },
                "backbonelab-client-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
