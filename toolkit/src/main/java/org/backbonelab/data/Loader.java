package org.backbonelab.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives the batches of consecutive steps in order, prepared ahead by background threads.
 *
 * <p>A batch is a function of its step, so the number of workers changes when it is ready, never what is in it. Used by
 * one thread at a time. Holds at most one batch more than it has workers.
 */
public final class Loader implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final int CLOSE_SECONDS = 30;

    private final Batches batches;
    private final int batchSize;
    private final long end;
    private final int depth;
    private final ExecutorService pool;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final Deque<Future<Batch>> ahead = new ArrayDeque<>();
    private long next;
    private long planned;
    private long waited;
    private boolean closed;

    /**
     * Starts to prepare the batches of consecutive steps, where step s is batch s % perEpoch of epoch s / perEpoch.
     *
     * @param firstStep from 0; a resumed run gives the first step it has not made
     * @param steps how many
     * @param workers background threads that prepare batches, 0 to do it in {@link #next}
     */
    public Loader(Batches batches, int batchSize, long firstStep, long steps, int workers) {
        if (firstStep < 0 || steps < 0) {
            throw new IllegalArgumentException(
                    steps + " steps from step " + firstStep + " on, expected 0 or more of both");
        }
        if (workers < 0) {
            throw new IllegalArgumentException(workers + " data workers, expected 0 (the calling thread) or more");
        }
        batches.perEpoch(batchSize);
        this.batches = batches;
        this.batchSize = batchSize;
        this.next = firstStep;
        this.planned = firstStep;
        this.end = Math.addExact(firstStep, steps);
        this.depth = workers + 1;
        this.pool = workers == 0 ? null : Executors.newFixedThreadPool(workers, this::thread);
        fill();
    }

    private Thread thread(Runnable work) {
        Thread thread = new Thread(work, "backbonelab-data-" + THREADS.incrementAndGet());
        // A daemon, so that a notebook or a killed run never hangs on it.
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    /**
     * Returns the batch of the next step, and waits until it is ready.
     *
     * @throws NoSuchElementException after the last step
     * @throws IllegalStateException if the loader is closed
     * @throws CancellationException if the calling thread is interrupted
     * @throws DataException or whatever else went wrong in a worker; the workers are stopped then
     */
    public Batch next() {
        if (closed) {
            throw new IllegalStateException("the loader is closed");
        }
        if (next >= end) {
            throw new NoSuchElementException("step " + next + ": the loader was opened for the steps before it");
        }
        long start = System.nanoTime();
        try {
            Batch batch = pool == null ? batch(next) : take();
            next++;
            fill();
            return batch;
        } finally {
            waited += System.nanoTime() - start;
        }
    }

    /** Returns how long {@link #next} has taken in all, in nanoseconds: what training has lost to data. */
    public long waitedNanos() {
        return waited;
    }

    /** Stops the workers within the time of one image and throws away what they had prepared. */
    @Override
    public void close() {
        closed = true;
        ahead.clear();
        if (pool == null) {
            return;
        }
        pool.shutdownNow();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        try {
            for (Thread thread : threads) {
                // Joined, not awaited: the pool counts a thread as gone a moment before it is.
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
                if (thread.isAlive()) {
                    throw new IllegalStateException("a data worker did not stop within " + CLOSE_SECONDS
                            + " s; an image takes too long to read (a network drive?)");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fill() {
        while (pool != null && planned < end && ahead.size() < depth) {
            long step = planned++;
            ahead.add(pool.submit(() -> batch(step)));
        }
    }

    private Batch batch(long step) {
        int perEpoch = batches.perEpoch(batchSize);
        return batches.train(Math.toIntExact(step / perEpoch), (int) (step % perEpoch), batchSize);
    }

    private Batch take() {
        try {
            return ahead.remove().get();
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for the batch of step " + next);
        } catch (ExecutionException e) {
            close();
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            // As it was thrown, with the worker's stack trace: callers tell a DataException from other failures.
            throw (RuntimeException) e.getCause();
        }
    }
}
