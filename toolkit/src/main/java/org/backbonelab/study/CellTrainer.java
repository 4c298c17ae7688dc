package org.backbonelab.study;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.backbonelab.io.Settings;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;

/** Trains one cell from beginning to end, or from where it was left: a cell in, a row out. */
public final class CellTrainer {
    private static final double DEFAULT_SECONDS = 60;

    private final Map<String, Measure> measures = new HashMap<>();

    /** Knows how to take the given measures. */
    public CellTrainer(List<Measure> measures) {
        measures.forEach(m -> this.measures.put(m.name(), m));
    }

    /**
     * Trains a cell without leaving anything on the disk.
     *
     * @throws IllegalArgumentException if the cell cannot be built, such as pre-training a network that has no FCMAE
     * @throws CancellationException if the thread is interrupted or the process is told to end
     */
    public Row train(Cell cell) {
        return Shutdown.holding(() -> new CellRun(cell, measures, null, null).train());
    }

    /**
     * Trains a cell and stores its row.
     *
     * <p>While it trains, its checkpoints {@code <id>.ckpt} and {@code <id>.ckpt.previous} lie beside the rows, a new
     * one every {@code BACKBONELAB_CHECKPOINT_SECONDS} (default 60; 0 for every update). A cell that was broken off is
     * continued from them, unless {@code FRESH} is 1.
     *
     * @throws IllegalArgumentException if the cell cannot be built, or its checkpoints are all unusable
     * @throws CancellationException if the thread is interrupted or the process is told to end; the last checkpoint is
     *     of that moment
     */
    public Row train(Cell cell, RowStore store) {
        return Shutdown.holding(() -> trainAndStore(cell, store));
    }

    private Row trainAndStore(Cell cell, RowStore store) {
        Duration every = every(Settings.BACKBONELAB_CHECKPOINT_SECONDS.get());
        boolean fresh = Tally.isFresh();
        try (Checkpoints checkpoints = new Checkpoints(store.folder().resolve(cell.id() + ".ckpt"), cell.id(), every)) {
            Row row;
            try (CheckpointReader from = fresh ? null : checkpoints.load().orElse(null)) {
                row = new CellRun(cell, measures, checkpoints, from).train();
            }
            store.put(row);
            checkpoints.delete();
            return row;
        }
    }

    /** Returns the time between checkpoints. */
    static Duration every(Optional<String> seconds) {
        return Duration.ofNanos(Math.round(seconds.map(Double::parseDouble).orElse(DEFAULT_SECONDS) * 1e9));
    }
}
