package org.backbonelab.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.backbonelab.io.DiskFullException;
import org.backbonelab.results.RowStore;

/**
 * Trains cells in several processes of this machine.
 *
 * <p>Processes, not threads: libtorch's recording of gradients and its seeds are one per JVM in DJL. A process that
 * breaks down is replaced and its cell tried once more; a second time, that cell has failed. A full disk ends the study. After a
 * run that ended well the processes wait a moment for the next one ({@link WorkerPool}).
 */
final class ProcessRunner implements Runner {
    private static final int TRIES = 2;

    private final int workers;
    private final WorkerPool pool;

    ProcessRunner(int workers) {
        this(workers, WorkerPool.SHARED);
    }

    /** Takes workers from a pool, and gives them back after a run that ended well. */
    ProcessRunner(int workers, WorkerPool pool) {
        this.workers = workers;
        this.pool = pool;
    }

    /** What a thread reports: how far a cell is, or else that it is stored, or what went wrong. */
    private record Report(Task task, Advance advance, RuntimeException failure) {}

    @Override
    public void run(List<Task> tasks, RowStore store, Listener listener) {
        Queue<Task> waiting = new ConcurrentLinkedQueue<>(tasks);
        List<Failure> failures = new ArrayList<>();
        BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
        Feeder[] feeders = new Feeder[Math.min(workers, tasks.size())];
        boolean ended = false;
        try {
            for (int i = 0; i < feeders.length; i++) {
                feeders[i] = new Feeder(i, store, waiting, reports, pool);
                feeders[i].start();
            }
            for (int i = 0; i < tasks.size(); i++) {
                Report report = next(reports, listener);
                Cell cell = report.task.cell();
                if (report.failure instanceof DiskFullException e) {
                    throw e;
                }
                if (report.failure != null) {
                    failures.add(new Failure(cell, report.failure));
                } else {
                    listener.done(store.find(cell.id()).orElseThrow());
                }
            }
            ended = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the study was interrupted; finished cells are kept");
        } finally {
            waiting.clear();
            for (Feeder feeder : feeders) {
                if (feeder != null) {
                    feeder.stopWorker(ended);
                }
            }
        }
        Failure.throwIfAny(failures, tasks.size());
    }

    /** Returns the next report of a task's end, and tells what comes before it. */
    private static Report next(BlockingQueue<Report> reports, Listener listener) throws InterruptedException {
        Report report = reports.take();
        while (report.advance != null) {
            listener.training(report.task.cell(), report.advance);
            report = reports.take();
        }
        return report;
    }

    /** A thread that feeds one worker. */
    private static final class Feeder extends Thread {
        private final int number;
        private final RowStore store;
        private final Queue<Task> waiting;
        private final BlockingQueue<Report> reports;
        private final WorkerPool pool;
        private Worker worker;
        private boolean stopped;

        Feeder(int number, RowStore store, Queue<Task> waiting, BlockingQueue<Report> reports, WorkerPool pool) {
            super("backbonelab-worker-" + number);
            setDaemon(true);
            this.number = number;
            this.store = store;
            this.waiting = waiting;
            this.reports = reports;
            this.pool = pool;
        }

        @Override
        public void run() {
            for (Task task = waiting.poll(); task != null; task = waiting.poll()) {
                RuntimeException failure = null;
                try {
                    train(task);
                } catch (RuntimeException e) {
                    failure = e;
                } catch (Error e) {
                    // Whoever waits for this task must hear of it: the thread's end would tell nobody.
                    failure = new IllegalStateException(task.cell().label() + ": " + e, e);
                }
                reports.add(new Report(task, null, failure));
            }
        }

        private void train(Task task) {
            Cell cell = task.cell();
            for (int attempt = 1; ; attempt++) {
                try {
                    worker().train(task, at -> reports.add(new Report(task, at, null)));
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
                worker = pool.take(number, store);
            }
            return worker;
        }

        private synchronized void dropWorker() {
            if (worker != null) {
                worker.close();
                worker = null;
            }
        }

        /** Ends the worker, or, where all its tasks are done, lets it rest. */
        synchronized void stopWorker(boolean ended) {
            stopped = true;
            if (ended && worker != null) {
                pool.give(worker);
                worker = null;
            }
            dropWorker();
        }
    }
}
