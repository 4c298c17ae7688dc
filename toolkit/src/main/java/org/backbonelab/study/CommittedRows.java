package org.backbonelab.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.backbonelab.io.Damage;
import org.backbonelab.io.Settings;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;

/** Finished cells of JSON lines, as {@link Results#save} writes them: what is committed beside a notebook is a cache. */
public final class CommittedRows {
    /** Nothing. */
    static final CommittedRows NONE = new CommittedRows(Map.of());

    private record Place(Path file, RowLines.Line line) {}

    private final Map<String, Place> lines;

    private CommittedRows(Map<String, Place> lines) {
        this.lines = lines;
    }

    /** Returns the folder {@code results} beside the notebook, or the one that is set. */
    static Path folder() {
        return Path.of(Settings.BACKBONELAB_COMMITTED.get().orElse("results"));
    }

    /** Reads the committed rows; with FRESH=1 nothing counts, not even a damaged file. */
    static CommittedRows besideNotebook() {
        return FreshRun.isAsked() ? NONE : in(folder());
    }

    /**
     * Reads all files of a folder; lines that are not whole are named and left out, as if they were not there.
     *
     * @return none if there is no such folder
     */
    static CommittedRows in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return NONE;
        }
        Map<String, Place> lines = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> f.toString().endsWith(RowLines.ENDING)).sorted().forEach(file -> RowLines.read(
                            file, CommittedRows::told)
                    .forEach(line -> lines.put(line.row().id(), new Place(file, line))));
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be read", e);
        }
        return new CommittedRows(lines);
    }

    private static void told(IllegalArgumentException problem) {
        Damage.told(problem, "what it held counts as missing");
    }

    /**
     * Returns a committed row, of the folder that is set or {@code notebooks/results} below the current one.
     *
     * @param study the name of its file
     * @param which an id, or {@code cheapest} for the training that took the least time, of those whose images are there
     * @throws IllegalArgumentException if there is no such file or row
     */
    public static Row row(String study, String which) {
        Path file = file(study);
        Stream<Row> rows = rows(study).stream();
        Optional<Row> found = which.equals("cheapest")
                ? rows.filter(r -> r.status() == Row.Status.OK)
                        .filter(r -> Finished.isOfToday(Cell.parse(r.cell()), r))
                        // Of phases that another cell trained, the seconds say nothing.
                        .filter(r -> !r.provenance().containsKey(SharedPhases.PROVENANCE))
                        .sorted(Comparator.comparingDouble(Row::seconds))
                        .filter(r -> PhaseImages.areThere(Cell.parse(r.cell())))
                        .findFirst()
                : rows.filter(r -> r.id().equals(which)).findFirst();
        return found.orElseThrow(() -> new IllegalArgumentException(file + ": no row " + which + " in it"));
    }

    private static Path file(String study) {
        Path folder = Settings.BACKBONELAB_COMMITTED.get().map(Path::of).orElse(Path.of("notebooks", "results"));
        return study.endsWith(RowLines.ENDING) ? Path.of(study) : folder.resolve(study + RowLines.ENDING);
    }

    /**
     * Returns all committed rows of a study, of the folder that is set or {@code notebooks/results} below the current one.
     *
     * @param study the name of its file, or the path of a file of JSON lines
     * @throws IllegalArgumentException if there is no such file
     */
    public static List<Row> rows(String study) {
        Path file = file(study);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + ": no such file, expected the committed rows of study " + study);
        }
        return RowLines.read(file, CommittedRows::told).stream()
                .map(RowLines.Line::row)
                .toList();
    }

    /**
     * Returns the line of a cell, or nothing if there is none, it was trained by other rules or on other images, or it
     * does not agree with itself.
     */
    Optional<RowLines.Line> find(Cell cell) {
        return Optional.ofNullable(lines.get(cell.id()))
                .filter(place -> Finished.isUsable(cell, place.line.row(), place.file.toString()))
                .map(Place::line);
    }
}
