package org.backbonelab.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.backbonelab.io.Settings;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowComparison;
import org.backbonelab.results.RowStore;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains one cell from beginning to end, or from where it was left: a cell in, a row out. */
public final class CellTrainer {
    private static final Logger LOG = LoggerFactory.getLogger(CellTrainer.class);
    private static final double DEFAULT_SECONDS = 60;
    private static final String CHECKPOINT = ".ckpt";
    /** Checkpoints of trainings anew are apart: those of an earlier training, broken off, are not theirs. */
    static final String FRESH_CHECKPOINT = ".fresh.ckpt";

    private static final String WEIGHTS = "weights_sha256";

    private final List<Measure> measures;

    /** Knows how to take the given measures. */
    public CellTrainer(List<Measure> measures) {
        this.measures = List.copyOf(measures);
    }

    /**
     * Trains a cell without leaving anything on the disk.
     *
     * @throws IllegalArgumentException if the cell cannot be built, such as pre-training a network that has no FCMAE
     * @throws CancellationException if the thread is interrupted or the process is told to end
     */
    public Row train(Cell cell) {
        return Shutdown.holding(() -> new CellRun(cell, null, null, null, true, CellTrainer::unwatched).train());
    }

    /**
     * Trains a cell and stores its row, and beside it the weights of every phase.
     *
     * <p>While it trains, its checkpoints {@code <id>.ckpt} and {@code <id>.ckpt.previous} lie beside the rows, a new
     * one every {@code BACKBONELAB_CHECKPOINT_SECONDS} (default 60; 0 for every update). A cell that was broken off is
     * continued from them. First phases that another cell of the folder has trained already are not trained again.
     *
     * @throws IllegalArgumentException if the cell cannot be built, or its checkpoints are all unusable
     * @throws CancellationException if the thread is interrupted or the process is told to end; the last checkpoint is
     *     of that moment
     */
    public Row train(Cell cell, RowStore store) {
        return Shutdown.holding(() -> trainAndStore(cell, store, CellTrainer::unwatched));
    }

    /**
     * Does a task: trains its cell unless that is finished, and takes those of its measures that are known here.
     *
     * <p>Where the weights of a finished cell are missing, it is trained again for its measures, and must give them.
     *
     * <p>A training {@link Task#anew anew} has checkpoints of its own, {@code <id>.fresh.ckpt}: broken off, it too is continued.
     *
     * @param watch is told now and then how far the training is
     * @throws IllegalArgumentException if it gives other weights than its row says; the row stays
     */
    public Row complete(Task task, RowStore store, Consumer<Advance> watch) {
        Cell cell = task.cell();
        return Shutdown.holding(() -> {
            Row row = task.anew()
                    ? trainAndStore(cell, store, true, watch)
                    : Finished.row(cell, store).orElseGet(() -> trainAndStore(cell, store, watch));
            List<Measure> known = measures.stream()
                    .filter(m -> task.measures().contains(m.name()))
                    .toList();
            Row measured = row.status() == Row.Status.OK ? measured(cell, row, known, store) : row;
            boolean keep = Settings.BACKBONELAB_KEEP_WEIGHTS.orStandard().equals("1");
            // What is not known here, the caller measures, and needs the weights for it.
            if (!keep && known.size() == task.measures().size()) {
                deleteWeights(cell, store);
            }
            return measured;
        });
    }

    /** Takes the measures that are missing, and returns the row of the weights that they were taken on. */
    private Row measured(Cell cell, Row row, List<Measure> known, RowStore store) {
        Measurement before = new Measurement(cell, row, store);
        if (known.stream().allMatch(m -> before.stored(m).isPresent())) {
            return row;
        }
        Row current = before.hasWeights() ? row : again(cell, row, store);
        Measurement now = new Measurement(cell, current, store);
        known.stream().filter(m -> now.stored(m).isEmpty()).forEach(now::take);
        return current;
    }

    /**
     * Trains a finished cell again. Its row is replaced by that of the new training where it tells no hash of its weights, or
     * comes from another machine, on which rounding differs: row and measures are then of one network, this one.
     */
    private Row again(Cell cell, Row row, RowStore store) {
        Row again = trainAndStore(cell, store, CellTrainer::unwatched);
        String before = row.provenance().get(WEIGHTS);
        String now = again.provenance().get(WEIGHTS);
        if (before == null || before.equals(now)) {
            return again;
        }
        RowComparison comparison = RowComparison.of(row, again, 0);
        if (comparison.isSameMachine()) {
            store.put(row);
            deleteWeights(cell, store);
            throw new IllegalArgumentException("training " + row.id() + " again for its measures gave the weights "
                    + now + ", expected " + before + ", on an equal machine; train it anew (FRESH=1), and tell us");
        }
        LOG.info(
                "{} was trained anew for its measures, since its row is of another machine ({}); this one's row takes its place",
                row.id(),
                comparison.machine().get(0));
        return again;
    }

    private static void unwatched(Advance advance) {}

    private static void deleteWeights(Cell cell, RowStore store) {
        try {
            for (int i = 0; i < cell.phases().size(); i++) {
                Files.deleteIfExists(store.weights(cell.id(), i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("weights of " + cell.id() + " cannot be deleted", e);
        }
    }

    private Row trainAndStore(Cell cell, RowStore store, Consumer<Advance> watch) {
        return trainAndStore(cell, store, false, watch);
    }

    private Row trainAndStore(Cell cell, RowStore store, boolean anew, Consumer<Advance> watch) {
        String ending = anew ? FRESH_CHECKPOINT : CHECKPOINT;
        Duration every = every(Settings.BACKBONELAB_CHECKPOINT_SECONDS.get());
        try (Checkpoints checkpoints = new Checkpoints(store.folder().resolve(cell.id() + ending), cell.id(), every)) {
            Row row;
            try (CheckpointReader from = checkpoints.load().orElse(null)) {
                row = new CellRun(cell, store, checkpoints, from, anew, watch).train();
            }
            DiskRoom.write(() -> store.put(row));
            checkpoints.delete();
            return row;
        }
    }

    /** Returns the time between checkpoints that is set. */
    static Duration every(Optional<String> seconds) {
        return Duration.ofNanos(Math.round(seconds.map(Double::parseDouble).orElse(DEFAULT_SECONDS) * 1e9));
    }
}
