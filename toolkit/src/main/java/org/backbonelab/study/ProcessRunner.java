package org.backbonelab.study;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;

/**
 * Trains cells in several processes of this machine.
 *
 * <p>Processes, not threads: libtorch's recording of gradients and its seeds are one per JVM in DJL. A process that
 * breaks down is replaced and its cell tried once more.
 */
final class ProcessRunner implements Runner {
    private static final int TRIES = 2;

    private final int workers;

    ProcessRunner(int workers) {
        this.workers = workers;
    }

    /** What a thread reports: a cell that is stored, or what went wrong. */
    private record Report(Cell cell, RuntimeException failure) {}

    @Override
    public void run(List<Cell> cells, RowStore store, Consumer<Row> done) {
        Queue<Cell> waiting = new ConcurrentLinkedQueue<>(cells);
        BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
        Feeder[] feeders = new Feeder[Math.min(workers, cells.size())];
        try {
            for (int i = 0; i < feeders.length; i++) {
                feeders[i] = new Feeder(i, store, waiting, reports);
                feeders[i].start();
            }
            for (int i = 0; i < cells.size(); i++) {
                Report report = reports.take();
                if (report.failure != null) {
                    throw report.failure;
                }
                done.accept(store.find(report.cell.id()).orElseThrow());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the study was interrupted; finished cells are kept");
        } finally {
            waiting.clear();
            for (Feeder feeder : feeders) {
                if (feeder != null) {
                    feeder.stopWorker();
                }
            }
        }
    }

    /** A thread that feeds one worker. */
    private static final class Feeder extends Thread {
        private final int number;
        private final RowStore store;
        private final Queue<Cell> waiting;
        private final BlockingQueue<Report> reports;
        private Worker worker;
        private boolean stopped;

        Feeder(int number, RowStore store, Queue<Cell> waiting, BlockingQueue<Report> reports) {
            super("backbonelab-worker-" + number);
            setDaemon(true);
            this.number = number;
            this.store = store;
            this.waiting = waiting;
            this.reports = reports;
        }

        @Override
        public void run() {
            for (Cell cell = waiting.poll(); cell != null; cell = waiting.poll()) {
                try {
                    train(cell);
                    reports.add(new Report(cell, null));
                } catch (RuntimeException e) {
                    reports.add(new Report(cell, e));
                    return;
                }
            }
        }

        private void train(Cell cell) {
            for (int attempt = 1; ; attempt++) {
                try {
                    worker().train(cell);
                    return;
                } catch (Worker.CellFailure e) {
                    throw new IllegalArgumentException(cell.label() + ": " + e.getMessage(), e);
                } catch (IOException e) {
                    dropWorker();
                    if (attempt == TRIES) {
                        throw new IllegalStateException(
                                cell.label() + ": failed " + TRIES + " times: " + e.getMessage(), e);
                    }
                }
            }
        }

        private synchronized Worker worker() throws IOException {
            if (stopped) {
                throw new IllegalStateException("stopped");
            }
            if (worker == null) {
                worker = new Worker(number, store);
            }
            return worker;
        }

        private synchronized void dropWorker() {
            if (worker != null) {
                worker.close();
                worker = null;
            }
        }

        synchronized void stopWorker() {
            stopped = true;
            dropWorker();
        }
    }
}
