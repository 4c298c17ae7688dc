package org.backbonelab.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.backbonelab.results.CsvRows;
import org.backbonelab.results.Row;
import tech.tablesaw.api.Table;

/**
 * Finished cells of CSV files, as {@link Results#writeCsv} makes them: what is committed beside a notebook is a cache.
 *
 * <p>A table holds no cell, but who asks for one has it; equal ids are equal trainings. Of the provenance the commit
 * remains.
 */
final class CommittedRows {
    /** Nothing. */
    static final CommittedRows NONE = new CommittedRows(Map.of(), Map.of());

    private static final Path BESIDE_NOTEBOOK = Path.of("results");

    /** A line of a table: its cells by column. */
    private record Line(Path file, Map<String, String> values) {
        double number(String column) {
            String text = values.get(column);
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw unusable(column, "a number", e);
            }
        }

        Row.Status status() {
            try {
                return Row.Status.valueOf(values.get("status"));
            } catch (IllegalArgumentException e) {
                throw unusable("status", "OK or DIVERGED", e);
            }
        }

        private IllegalArgumentException unusable(String column, String expected, Exception cause) {
            return new IllegalArgumentException(
                    file + ": column " + column + " of row " + values.get("id") + " is \"" + values.get(column)
                            + "\", expected " + expected
                            + "; restore the file, or set FRESH=1 to train its cells again",
                    cause);
        }
    }

    private final Map<String, Line> lines;
    private final Map<String, Map<String, List<Double>>> series;

    private CommittedRows(Map<String, Line> lines, Map<String, Map<String, List<Double>>> series) {
        this.lines = lines;
        this.series = series;
    }

    /** Reads the folder {@code results} beside the notebook; with FRESH=1 nothing counts, not even a damaged file. */
    static CommittedRows besideNotebook() {
        return Tally.isFresh() ? NONE : in(BESIDE_NOTEBOOK);
    }

    /**
     * Reads all CSV files of a folder that have the columns of a study.
     *
     * @return none if there is no such folder
     */
    static CommittedRows in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return NONE;
        }
        Map<String, Line> lines = new LinkedHashMap<>();
        Map<String, Map<String, List<Double>>> series = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".csv")).sorted().toList()) {
                if (file.toString().endsWith(CsvRows.SERIES)) {
                    CsvRows.readSeries(file).forEach((id, found) -> series.computeIfAbsent(id, i -> new TreeMap<>())
                            .putAll(found));
                } else {
                    read(file, lines);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be read", e);
        }
        return new CommittedRows(lines, series);
    }

    private static void read(Path file, Map<String, Line> lines) {
        Table table = CsvRows.readText(file);
        if (!table.columnNames().containsAll(List.of("id", "status", "git_commit", "seconds"))) {
            return;
        }
        table.stream().forEach(row -> {
            Map<String, String> values = new LinkedHashMap<>();
            table.columnNames().forEach(column -> values.put(column, row.getString(column)));
            lines.put(values.get("id"), new Line(file, values));
        });
    }

    /** Returns the row of a cell, or nothing; every training has series, without them a line is not the whole row. */
    Optional<Row> find(Cell cell) {
        return series.containsKey(cell.id())
                ? Optional.ofNullable(lines.get(cell.id())).map(line -> row(cell, line))
                : Optional.empty();
    }

    private Row row(Cell cell, Line line) {
        List<String> columns = List.copyOf(line.values.keySet());
        Map<String, Double> metrics = new TreeMap<>();
        // Between them stand the metrics; an empty one is NaN, or was never measured.
        for (String column : columns.subList(columns.indexOf("status") + 1, columns.indexOf("git_commit"))) {
            if (!line.values.get(column).isEmpty()) {
                metrics.put(column, line.number(column));
            }
        }
        return new Row(
                cell.id(),
                cell.json(),
                cell.axes(),
                line.status(),
                metrics,
                series.get(cell.id()),
                Map.of("git_commit", line.values.get("git_commit")),
                line.number("seconds"));
    }
}
