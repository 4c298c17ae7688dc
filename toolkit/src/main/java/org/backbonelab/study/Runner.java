package org.backbonelab.study;

import java.util.List;
import java.util.function.Consumer;
import org.backbonelab.io.Settings;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;

/** Trains cells that are not finished yet and stores their rows. */
public interface Runner {
    /**
     * Trains cells, in any order.
     *
     * @param store gets each row as soon as it is there
     * @param done is told of each row, on the calling thread
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; nothing is left running
     */
    void run(List<Cell> cells, RowStore store, Consumer<Row> done);

    /** Returns a runner in this JVM, one cell after the other, with all threads of libtorch. */
    static Runner serial(List<Measure> measures) {
        CellTrainer trainer = new CellTrainer(measures);
        return (cells, store, done) -> {
            for (Cell cell : cells) {
                done.accept(trainer.train(cell, store));
            }
        };
    }

    /**
     * Returns the runner that BACKBONELAB_WORKERS asks for: that many processes of one thread each, 0 for this JVM;
     * when it is not set, a process for each core.
     *
     * @throws IllegalArgumentException if it is not a whole number of 0 or more
     */
    static Runner fromEnv(List<Measure> measures) {
        int workers = Settings.BACKBONELAB_WORKERS.get().map(Integer::parseInt).orElseGet(() -> Runtime.getRuntime()
                .availableProcessors());
        return workers == 0 ? serial(measures) : new ProcessRunner(workers);
    }
}
