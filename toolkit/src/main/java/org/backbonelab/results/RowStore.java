package org.backbonelab.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.Damage;
import org.backbonelab.io.Json;
import org.backbonelab.io.Seal;
import org.backbonelab.io.TextFile;

/**
 * A folder of finished cells, one file {@code <id>.json} each, written atomically.
 *
 * <p>Resuming, caching and sharing between processes all follow from that: a cell is done when its file is there.
 */
public final class RowStore {
    private final Path folder;

    /**
     * Opens a store; the folder is created if missing.
     *
     * @throws IllegalArgumentException if the folder cannot be created or written
     */
    public RowStore(Path folder) {
        this(folder, true);
        try {
            Files.createDirectories(this.folder);
            // Asking is not enough: root may write where a read-only mount still says no.
            Files.delete(Files.createTempFile(this.folder, ".probe", ".tmp"));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "results folder " + this.folder + " cannot be written ("
                            + e.getClass().getSimpleName()
                            + "); expected a writable folder, set BACKBONELAB_RESULTS to one",
                    e);
        }
    }

    private RowStore(Path folder, boolean written) {
        this.folder = folder.toAbsolutePath().normalize();
        if (!written && !Files.isDirectory(this.folder)) {
            throw new IllegalArgumentException("results folder " + this.folder
                    + " is not there; name an existing one, or set BACKBONELAB_RESULTS to one");
        }
    }

    /**
     * Opens a store from which cells are read: nothing is created or written, so its folder may be read-only.
     *
     * @throws IllegalArgumentException if there is no such folder
     */
    public static RowStore reading(Path folder) {
        return new RowStore(folder, false);
    }

    /** Returns the folder. */
    public Path folder() {
        return folder;
    }

    /** Returns a finished cell, or nothing; a file that is not whole counts as nothing. */
    public Optional<Row> find(String id) {
        return read(folder.resolve(id + ".json"), Row.class)
                .filter(row -> row.id().equals(id));
    }

    /** Writes a finished cell. */
    public void put(Row row) {
        AtomicFile.write(folder.resolve(row.id() + ".json"), Seal.on(Json.write(row)));
    }

    /** Returns what a measure found on a finished cell, or nothing. */
    public Optional<Measured> findMeasured(String id, String measure) {
        return read(measuredFile(id, measure), Measured.class)
                .filter(m -> m.id().equals(id) && m.measure().equals(measure));
    }

    /** Writes what a measure found. */
    public void put(Measured found) {
        AtomicFile.write(measuredFile(found.id(), found.measure()), Seal.on(Json.write(found)));
    }

    /** Returns all that was measured on a finished cell. */
    public List<Measured> measured(String id) {
        Path all = folder.resolve("measures");
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(all)) {
            return files.filter(f -> f.getFileName().toString().startsWith(id + "."))
                    .sorted()
                    .flatMap(f -> read(f, Measured.class).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + all, e);
        }
    }

    private Path measuredFile(String id, String measure) {
        return folder.resolve("measures").resolve(id + "." + measure.replaceAll("[^A-Za-z0-9_-]", "_") + ".json");
    }

    /** Returns where the weights of a cell after a phase are kept, as safetensors. */
    public Path weights(String id, int phase) {
        return folder.resolve("weights").resolve(id + ".phase" + (phase + 1) + ".safetensors");
    }

    /** Returns a phase that was trained, or nothing. */
    public Optional<TrainedPhase> findPhase(String key) {
        return read(phaseFile(key), TrainedPhase.class)
                .filter(phase -> phase.key().equals(key));
    }

    /** Writes a phase that was trained; its weights are those of its cell. */
    public void put(TrainedPhase phase) {
        AtomicFile.write(phaseFile(phase.key()), Seal.on(Json.write(phase)));
    }

    private Path phaseFile(String key) {
        return folder.resolve("weights").resolve(key + ".json");
    }

    /** Returns all finished cells, by id; files that are not whole are left out. */
    public List<Row> all() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("[0-9a-f]{16}\\.json"))
                    .flatMap(f -> read(f, Row.class).stream())
                    .sorted(Comparator.comparing(Row::id))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    /** Returns what a file holds, if it is there and whole. */
    private static <T> Optional<T> read(Path file, Class<T> type) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            String text = TextFile.read(file);
            return Optional.of(Json.readOwn(Seal.opened(text, file.toString()), type, file.toString()));
        } catch (IllegalArgumentException e) {
            Damage.told(e, "it counts as missing");
            return Optional.empty();
        }
    }
}
