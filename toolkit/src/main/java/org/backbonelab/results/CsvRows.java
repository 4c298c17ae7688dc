package org.backbonelab.results;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.backbonelab.io.AtomicFile;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * Rows as the CSV files of a study: a table, and beside it the series of those rows that have any.
 *
 * <p>A line of the file of series is id, name and the values with spaces between them.
 */
public final class CsvRows {
    /** How the name of a file of series ends. */
    public static final String SERIES = "-series.csv";

    /** The last of the axes is before it, the first metric behind. */
    private static final String STATUS = "status";

    /** The first column behind the metrics. */
    private static final String COMMIT = "git_commit";

    private CsvRows() {}

    /** Writes rows, and their series if they have any; atomically. */
    public static void write(List<Row> rows, Path file) {
        Tables.writeCsv(Tables.of("rows", rows), file);
        writeSeries(seriesOf(rows), file);
    }

    /**
     * Adds the rows that a file does not have, in their order, and their series to the file beside it; atomically.
     *
     * @param file as {@link Tables#writeCsv} writes it; made if missing
     * @return how many were added
     * @throws IllegalArgumentException if a file is no table of rows, or of series
     */
    public static int add(List<Row> rows, Path file) {
        Table before = Files.exists(file) ? readText(file) : Tables.text(Tables.of("rows", List.of()));
        if (!before.columnNames().containsAll(List.of("id", STATUS, COMMIT))) {
            throw new IllegalArgumentException(file + " has the columns " + before.columnNames() + ", expected those of"
                    + " a study: id, ..., status, ..., git_commit; give another file");
        }
        Set<String> known = before.stringColumn("id").asSet();
        List<Row> fresh = rows.stream().filter(r -> !known.contains(r.id())).toList();
        Table more = Tables.text(Tables.of("rows", fresh));
        List<Map<String, String>> lines = new ArrayList<>(lines(before));
        lines.addAll(lines(more));
        Table all = Table.create("rows");
        for (String column : columns(before.columnNames(), more.columnNames())) {
            all.addColumns(StringColumn.create(column, lines.stream().map(line -> line.getOrDefault(column, ""))));
        }
        Tables.writeCsv(all, file);
        Map<String, Map<String, List<Double>>> series = new LinkedHashMap<>(readSeries(seriesFile(file)));
        series.putAll(seriesOf(fresh));
        writeSeries(series, file);
        return fresh.size();
    }

    private static List<Map<String, String>> lines(Table table) {
        return table.stream()
                .map(row -> table.columnNames().stream()
                        .collect(Collectors.toMap(c -> c, row::getString, (a, b) -> a, LinkedHashMap::new)))
                .map(line -> (Map<String, String>) line)
                .toList();
    }

    /** Axes, status, metrics and the rest, each as in the first table and then what only the second has. */
    private static Set<String> columns(List<String> one, List<String> two) {
        Set<String> out = new LinkedHashSet<>();
        for (String end : List.of(STATUS, COMMIT)) {
            out.addAll(one.subList(0, one.indexOf(end)));
            out.addAll(two.subList(0, two.indexOf(end)));
        }
        out.addAll(one);
        out.addAll(two);
        return out;
    }

    private static Map<String, Map<String, List<Double>>> seriesOf(List<Row> rows) {
        Map<String, Map<String, List<Double>>> out = new LinkedHashMap<>();
        rows.stream().filter(r -> !r.series().isEmpty()).forEach(r -> out.put(r.id(), r.series()));
        return out;
    }

    private static Path seriesFile(Path file) {
        return file.resolveSibling(file.getFileName().toString().replaceFirst("(\\.csv)?$", SERIES));
    }

    private static void writeSeries(Map<String, Map<String, List<Double>>> series, Path file) {
        if (series.isEmpty()) {
            return;
        }
        StringBuilder out = new StringBuilder("id,series,values\n");
        series.forEach((id, named) -> named.forEach((name, values) -> out.append(id)
                .append(',')
                .append(name)
                .append(',')
                .append(values.stream().map(String::valueOf).collect(Collectors.joining(" ")))
                .append('\n')));
        AtomicFile.write(seriesFile(file), out.toString());
    }

    /**
     * Reads a file of series: id to name to values.
     *
     * @return nothing if there is no such file
     * @throws IllegalArgumentException if the file is none of series
     */
    public static Map<String, Map<String, List<Double>>> readSeries(Path file) {
        Map<String, Map<String, List<Double>>> out = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return out;
        }
        Table table = readText(file);
        if (!table.columnNames().equals(List.of("id", "series", "values"))) {
            throw new IllegalArgumentException(file + " has the columns " + table.columnNames()
                    + ", expected id, series, values; restore it, or set FRESH=1 to train its cells again");
        }
        for (tech.tablesaw.api.Row line : table) {
            out.computeIfAbsent(line.getString("id"), id -> new TreeMap<>())
                    .put(line.getString("series"), numbers(line.getString("values"), file));
        }
        return out;
    }

    private static List<Double> numbers(String values, Path file) {
        try {
            return values.isEmpty()
                    ? List.of()
                    : Arrays.stream(values.split(" ", -1)).map(Double::valueOf).toList();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    file + " holds a series that is not of numbers (" + e.getMessage()
                            + "); restore it, or set FRESH=1 to train its cells again",
                    e);
        }
    }

    /** Reads a CSV file with every column as text; missing values are empty. */
    public static Table readText(Path file) {
        return Table.read()
                .usingOptions(CsvReadOptions.builder(file.toFile())
                        .columnTypes(column -> ColumnType.STRING)
                        .missingValueIndicator("")
                        .maxCharsPerColumn(1 << 24));
    }
}
