package org.backbonelab.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.Json;

/**
 * Finished cells as JSON lines: one line a cell with its row, as a {@link RowStore} keeps it, and all that was measured.
 *
 * <p>What is committed has this form: a line is enough to train its cell again. The CSV beside it is a view for people.
 */
public final class RowLines {
    /** How the name of such a file ends. */
    public static final String ENDING = ".jsonl";

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
    }

    /** Writes lines, atomically. */
    public static void write(List<Line> lines, Path file) {
        StringBuilder out = new StringBuilder();
        lines.forEach(line -> out.append(Json.write(line)).append('\n'));
        AtomicFile.write(file, out.toString());
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if a line is none; the message names file and line
     */
    public static List<Line> read(Path file) {
        try {
            List<Line> out = new ArrayList<>();
            int number = 0;
            for (String text : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                number++;
                if (!text.isBlank()) {
                    String where = file + ", line " + number;
                    try {
                        out.add(Json.read(text, Line.class, where));
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                e.getMessage() + "; restore the file, or set FRESH=1 to train its cells again", e);
                    }
                }
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
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
