package org.backbonelab.study;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.backbonelab.results.RowStore;

/**
 * Worker processes that have nothing to do for a moment: a notebook runs many small studies one after the other, and starting a
 * JVM with libtorch takes longer than some of them.
 *
 * <p>Who waits too long is ended, so that an idle notebook holds no memory. All end with this JVM, as their input does.
 */
final class WorkerPool {
    /** Those of this JVM. Longer than it takes to draw a figure, shorter than a reader looks at it. */
    static final WorkerPool SHARED = new WorkerPool(Duration.ofSeconds(15));

    private final List<Worker> idle = new ArrayList<>();
    private final Executor later;

    /** Keeps workers for so long. */
    WorkerPool(Duration patience) {
        later = CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns a worker that waits for cells of this folder, or a new one. */
    Worker take(int number, RowStore store) throws IOException {
        synchronized (idle) {
            for (Worker worker : List.copyOf(idle)) {
                if (worker.isOf(number, store)) {
                    idle.remove(worker);
                    if (worker.isAlive()) {
                        return worker;
                    }
                    worker.close();
                }
            }
        }
        return new Worker(number, store);
    }

    /** Takes a worker back that has done all it was asked. */
    void give(Worker worker) {
        worker.rest();
        synchronized (idle) {
            idle.add(worker);
        }
        long rests = worker.rests();
        later.execute(() -> endIfUnused(worker, rests));
    }

    private void endIfUnused(Worker worker, long rests) {
        synchronized (idle) {
            // It may have worked and come back since; that rest has a timer of its own.
            if (worker.rests() != rests || !idle.remove(worker)) {
                return;
            }
        }
        worker.close();
    }
}
