package org.backbonelab.results;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.Json;
import org.backbonelab.io.Seal;
import org.backbonelab.io.TextFile;

/**
 * Finished cells as JSON lines: one line a cell with its row, as a {@link RowStore} keeps it, and all that was measured.
 *
 * <p>What is committed has this form: a line is enough to train its cell again. The CSV beside it is a view for people.
 */
public final class RowLines {
    /** How the name of such a file ends. */
    public static final String ENDING = ".jsonl";

    private static final String WEIGHTS = "weights_sha256";

    private RowLines() {}

    /**
     * One line.
     *
     * @param row of the cell, without measures
     * @param measured on its network
     */
    public record Line(Row row, List<Measured> measured) {
        /** Checks that both are there. */
        public Line {
            if (row == null || measured == null) {
                throw new IllegalArgumentException("a line lacks its row or its measures");
            }
            measured = List.copyOf(measured);
        }

        /** Returns the row with its measures. */
        public Row joined() {
            return row.with(measured);
        }

        /**
         * Returns this line with what another one of the same cell has measured beyond it.
         *
         * <p>Where the other one's network is another, it was trained anew since, for its measures: then it is the other line.
         */
        public Line and(Line other) {
            if (!Objects.equals(
                    row.provenance().get(WEIGHTS), other.row.provenance().get(WEIGHTS))) {
                return other;
            }
            Map<String, Measured> all = new LinkedHashMap<>();
            Stream.concat(measured.stream(), other.measured.stream()).forEach(m -> all.putIfAbsent(m.measure(), m));
            return new Line(row, List.copyOf(all.values()));
        }
    }

    /** Writes lines, atomically. */
    public static void write(List<Line> lines, Path file) {
        StringBuilder out = new StringBuilder();
        lines.forEach(line -> out.append(Seal.on(Json.write(line))).append('\n'));
        AtomicFile.write(file, out.toString());
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it or a line of it is none; the message names file and line
     */
    public static List<Line> read(Path file) {
        return read(file, e -> {
            throw new IllegalArgumentException(
                    e.getMessage() + "; restore the file, or set FRESH=1 to train its cells again", e);
        });
    }

    /**
     * Reads what can be read of a file.
     *
     * @param problem is told of the file if it cannot be read, and of each line that is not whole; both are left out
     */
    public static List<Line> read(Path file, Consumer<IllegalArgumentException> problem) {
        List<Line> out = new ArrayList<>();
        String text;
        try {
            text = TextFile.read(file);
        } catch (IllegalArgumentException e) {
            problem.accept(e);
            return out;
        }
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                String where = file + ", line " + number;
                try {
                    out.add(Json.readOwn(Seal.opened(line, where), Line.class, where));
                } catch (IllegalArgumentException e) {
                    problem.accept(e);
                }
            }
        }
        return out;
    }

    /**
     * Adds cells to a file: those it has keep their place and get the new row, others follow in their order; atomically.
     *
     * @param file made if missing
     * @return how many it did not have
     */
    public static int add(List<Line> lines, Path file) {
        Map<String, Line> all = new LinkedHashMap<>();
        if (Files.exists(file)) {
            read(file).forEach(line -> all.put(line.row().id(), line));
        }
        int before = all.size();
        lines.forEach(line -> all.put(line.row().id(), line));
        write(List.copyOf(all.values()), file);
        return all.size() - before;
    }
}
