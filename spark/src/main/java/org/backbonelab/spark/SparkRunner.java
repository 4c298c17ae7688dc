package org.backbonelab.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.backbonelab.io.DiskFullException;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.study.Advance;
import org.backbonelab.study.Failure;
import org.backbonelab.study.Runner;
import org.backbonelab.study.Task;

/**
 * Trains cells on the executors of a Spark cluster.
 *
 * <p>A cell is a job of one task: Spark hands jobs to executors in the order in which they were submitted, the longest
 * first, and a task whose executor has died to another one. That finds the checkpoint in the results folder, which all
 * machines share, and goes on. What a cell itself is to blame for is an answer, which Spark does not try again.
 */
final class SparkRunner implements Runner {
    private static final int LOOK_MILLIS = 20;

    private final String master;

    SparkRunner(String master) {
        this.master = master;
    }

    /** How far a cell is, as an executor has told. */
    private record At(Task task, Advance advance) {}

    @Override
    public void run(List<Task> tasks, RowStore store, Listener listener) {
        Cluster cluster = Cluster.of(master);
        Path sign = sign(store);
        try {
            new Running(cluster, store, listener, sign).all(tasks);
        } catch (InterruptedException e) {
            // Cancelled tasks write their checkpoints; executors that stayed would wait for a notebook that may be
            // gone.
            Cluster.stop();
            Thread.currentThread().interrupt();
            throw new CancellationException("the study was interrupted; finished cells are kept");
        } finally {
            CellPlugin.forget();
            delete(sign);
        }
    }

    /** Writes the file by which executors know the folder. */
    private static Path sign(RowStore store) {
        try {
            return Files.createTempFile(Files.createDirectories(store.folder()), ".seen-by-executors-", "");
        } catch (IOException e) {
            throw new UncheckedIOException(store.folder() + " cannot be written to", e);
        }
    }

    private static void delete(Path sign) {
        try {
            Files.deleteIfExists(sign);
        } catch (IOException e) {
            throw new UncheckedIOException(sign + " cannot be deleted", e);
        }
    }

    /** One study's jobs. */
    private static final class Running {
        private final Cluster cluster;
        private final RowStore store;
        private final Listener listener;
        private final Path sign;
        private final BlockingQueue<At> told = new LinkedBlockingQueue<>();
        private final Map<Task, JavaFutureAction<List<String>>> jobs = new LinkedHashMap<>();
        private final List<Failure> failures = new ArrayList<>();
        private String machines = "";

        Running(Cluster cluster, RowStore store, Listener listener, Path sign) {
            this.cluster = cluster;
            this.store = store;
            this.listener = listener;
            this.sign = sign;
        }

        void all(List<Task> tasks) throws InterruptedException {
            CellTask work = new CellTask(
                    store.folder().toAbsolutePath().toString(),
                    sign.getFileName().toString());
            try {
                submit(Work.longestFirst(tasks), work);
                while (!jobs.isEmpty()) {
                    tell();
                    ended();
                }
            } finally {
                // Whatever ends this early, nothing goes on without it.
                jobs.values().forEach(job -> job.cancel(true));
            }
            Failure.throwIfAny(failures, tasks.size());
        }

        private void submit(List<Task> ordered, CellTask work) {
            for (Task task : ordered) {
                CellPlugin.listen(task.cell().id(), at -> told.add(new At(task, at)));
                jobs.put(
                        task,
                        cluster.context()
                                .parallelize(List.of(task.json()), 1)
                                .map(work)
                                .collectAsync());
            }
        }

        /** Passes on what the executors tell. */
        private void tell() throws InterruptedException {
            At at = told.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (at != null && jobs.containsKey(at.task)) {
                listener.training(at.task.cell(), at.advance);
            }
            String now = cluster.machines().text();
            if (!now.equals(machines)) {
                machines = now;
                listener.machines(now);
            }
        }

        /** Takes the jobs that have ended. */
        private void ended() throws InterruptedException {
            Iterator<Map.Entry<Task, JavaFutureAction<List<String>>>> all =
                    jobs.entrySet().iterator();
            while (all.hasNext()) {
                Map.Entry<Task, JavaFutureAction<List<String>>> job = all.next();
                if (job.getValue().isDone()) {
                    all.remove();
                    ended(job.getKey(), job.getValue());
                }
            }
        }

        private void ended(Task task, JavaFutureAction<List<String>> job) throws InterruptedException {
            String answer;
            try {
                answer = job.get().get(0);
            } catch (ExecutionException e) {
                failures.add(new Failure(task.cell(), new IllegalStateException(reason(e.getCause()), e)));
                return;
            }
            if (answer.startsWith(CellTask.FULL)) {
                throw new DiskFullException(answer.substring(CellTask.FULL.length()));
            }
            if (answer.startsWith(CellTask.FAILED)) {
                String text = task.cell().label() + ": " + answer.substring(CellTask.FAILED.length());
                failures.add(new Failure(task.cell(), new IllegalArgumentException(text)));
                return;
            }
            Row row = store.find(task.cell().id())
                    .orElseThrow(() -> new IllegalStateException(
                            "the row of " + task.cell().label()
                                    + " was stored by an executor and is not in " + store.folder()
                                    + ", expected a folder that all machines share"));
            listener.done(row);
        }

        /** Returns what Spark says of a failure, without the stack that it writes below it. */
        private static String reason(Throwable cause) {
            return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
        }
    }
}
