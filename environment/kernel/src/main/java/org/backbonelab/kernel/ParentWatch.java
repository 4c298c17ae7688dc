package org.backbonelab.kernel;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends this JVM when the process that started the kernel is gone.
 *
 * <p>A Jupyter client that is killed cannot send a shutdown request, and the kernel runs in a session of its own, so no
 * signal reaches it either: without this watch a training would go on for hours with nobody listening.
 */
final class ParentWatch {
    private static final long INIT = 1;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private ParentWatch() {}

    /**
     * Watches the given process, or the parent of this one if Jupyter names none.
     *
     * @param jupyterPid the value of {@code JPY_PARENT_PID}, may be null; on Windows it is not a process number
     */
    static void start(String jupyterPid) {
        Optional<ProcessHandle> named = Optional.ofNullable(jupyterPid)
                .map(String::strip)
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)));
        Optional<ProcessHandle> watched = named.or(() -> ProcessHandle.current().parent());
        boolean alreadyGone = jupyterPid != null
                && named.isEmpty()
                && watched.filter(parent -> parent.pid() != INIT).isEmpty();
        if (alreadyGone) {
            Runtime.getRuntime().halt(1);
        }
        watched.ifPresent(ParentWatch::haltAfter);
    }

    /** {@link ProcessHandle#onExit()} would look every five seconds only, as the parent is no child of ours. */
    private static void haltAfter(ProcessHandle parent) {
        Thread watch = new Thread(
                () -> {
                    while (parent.isAlive()) {
                        LockSupport.parkNanos(POLL_NANOS);
                    }
                    // halt, not exit: shutdown hooks of a cell's libraries must not keep an orphan alive.
                    Runtime.getRuntime().halt(1);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
