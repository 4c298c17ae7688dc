package org.backbonelab.spark;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.resource.ResourceInformation;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.DiskFullException;
import org.backbonelab.measure.Measures;
import org.backbonelab.results.RowStore;
import org.backbonelab.study.CellTrainer;
import org.backbonelab.study.Task;
import org.backbonelab.tensor.Torch;

/**
 * What an executor does: trains a cell and leaves its row, weights and checkpoints in the results folder.
 *
 * <p>Trained again, or taken up after another executor died, the cell is found there as a worker process would find it:
 * finished, or with a checkpoint.
 *
 * @param folder of results, which every machine sees
 * @param sign a file in it, by which an executor knows that it sees the same folder
 */
record CellTask(String folder, String sign) implements Function<String, String> {
    /** Answers; what follows the first blank is a message. */
    static final String DONE = "done";

    static final String FAILED = "failed ";
    static final String FULL = "full ";

    private static final AtomicInteger IN_TRAINING = new AtomicInteger();

    @Override
    public String call(String json) {
        checkFolder();
        if (IN_TRAINING.incrementAndGet() > 1) {
            IN_TRAINING.decrementAndGet();
            throw new IllegalStateException("two cells in one executor at once, expected one: set spark.task.cpus to"
                    + " spark.executor.cores");
        }
        try {
            gpu(TaskContext.get()).ifPresent(Torch::useGpu);
            Task task = Task.parse(json);
            String id = task.cell().id();
            new CellTrainer(Measures.all())
                    .complete(task, new RowStore(Path.of(folder)), at -> CellPlugin.tell(id, at));
            return DONE;
        } catch (DiskFullException e) {
            return FULL + e.getMessage();
        } catch (IllegalArgumentException | DataException e) {
            return FAILED + e.getMessage();
        } finally {
            IN_TRAINING.decrementAndGet();
        }
    }

    private void checkFolder() {
        Path file = Path.of(folder, sign);
        if (!Files.exists(file)) {
            throw new IllegalStateException("an executor on " + host() + " does not see " + file
                    + ", expected the results folder that the notebook has: put it on storage that all machines share, and"
                    + " set BACKBONELAB_RESULTS to its path");
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "a machine without a name";
        }
    }

    /** Returns the number of the GPU that Spark gave a task, if it gave one. */
    static Optional<Integer> gpu(TaskContext context) {
        ResourceInformation gpu = context.resourcesJMap().get("gpu");
        return Optional.ofNullable(gpu).map(g -> Integer.valueOf(g.addresses()[0]));
    }
}
