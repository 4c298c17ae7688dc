package org.backbonelab.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.Json;

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
        this.folder = folder.toAbsolutePath().normalize();
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

    /** Returns the folder. */
    public Path folder() {
        return folder;
    }

    /** Returns a finished cell, or nothing; a file that is not whole counts as nothing. */
    public Optional<Row> find(String id) {
        Path file = folder.resolve(id + ".json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return read(file).filter(row -> row.id().equals(id));
    }

    /** Writes a finished cell. */
    public void put(Row row) {
        AtomicFile.write(folder.resolve(row.id() + ".json"), Json.write(row));
    }

    /** Returns all finished cells, by id; files that are not whole are left out. */
    public List<Row> all() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("[0-9a-f]{16}\\.json"))
                    .flatMap(f -> read(f).stream())
                    .sorted(Comparator.comparing(Row::id))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static Optional<Row> read(Path file) {
        try {
            return Optional.of(Json.read(Files.readString(file), Row.class, file.toString()));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
