package org.backbonelab.results;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.io.csv.CsvReadOptions;

/** Rows as Tablesaw tables and CSV files. */
public final class Tables {
    /** How the name of a file of series ends. */
    public static final String SERIES = "-series.csv";

    private Tables() {}

    /**
     * Returns a table of rows: id, axes, status, metrics, provenance in short, seconds.
     *
     * @param rows in the order of the table
     */
    public static Table of(String name, List<Row> rows) {
        Table table = Table.create(name);
        table.addColumns(text("id", rows, Row::id));
        for (String axis : keys(rows, r -> r.axes().keySet())) {
            boolean numbers = rows.stream().allMatch(r -> r.axes().get(axis) instanceof Number);
            table.addColumns(
                    numbers
                            ? number(axis, rows, r -> ((Number) r.axes().get(axis)).doubleValue())
                            : text(axis, rows, r -> String.valueOf(r.axes().getOrDefault(axis, ""))));
        }
        table.addColumns(text("status", rows, r -> r.status().name()));
        for (String metric : keys(rows, r -> r.metrics().keySet())) {
            table.addColumns(number(metric, rows, r -> r.metrics().getOrDefault(metric, Double.NaN)));
        }
        table.addColumns(text("git_commit", rows, r -> r.provenance().getOrDefault("git_commit", "")));
        table.addColumns(number("seconds", rows, Row::seconds));
        return table;
    }

    /** Returns one named series of rows in long form: the axes, {@code index} from 0, and the value. */
    public static Table series(String series, List<Row> rows) {
        List<Row> having =
                rows.stream().filter(r -> r.series().containsKey(series)).toList();
        Table out = null;
        for (Row row : having) {
            List<Double> values = row.series().get(series);
            Table part = of(series, java.util.Collections.nCopies(values.size(), row));
            double[] index = new double[values.size()];
            java.util.Arrays.setAll(index, i -> i);
            part.addColumns(
                    DoubleColumn.create("index", index),
                    DoubleColumn.create(
                            "value",
                            values.stream().mapToDouble(Double::doubleValue).toArray()));
            out = out == null ? part : out.append(part);
        }
        if (out == null) {
            throw new IllegalArgumentException("no row has the series \"" + series + "\"");
        }
        return out;
    }

    /** Writes a table as CSV, atomically; whole numbers without decimals, missing values and NaN empty. */
    public static void writeCsv(Table table, Path file) {
        Table text = Table.create(table.name());
        for (Column<?> column : table.columns()) {
            text.addColumns(
                    column instanceof DoubleColumn numbers
                            ? StringColumn.create(
                                    column.name(),
                                    Arrays.stream(numbers.asDoubleArray()).mapToObj(Tables::text))
                            : column);
        }
        java.io.StringWriter out = new java.io.StringWriter();
        text.write().csv(out);
        Json.writeAtomically(file, out.toString());
    }

    /** Writes all series of rows as CSV, atomically: id, series, and the values with spaces between them. */
    public static void writeSeries(List<Row> rows, Path file) {
        StringBuilder out = new StringBuilder("id,series,values\n");
        for (Row row : rows) {
            row.series().forEach((name, values) -> out.append(row.id())
                    .append(',')
                    .append(name)
                    .append(',')
                    .append(values.stream().map(String::valueOf).collect(Collectors.joining(" ")))
                    .append('\n'));
        }
        Json.writeAtomically(file, out.toString());
    }

    /**
     * Reads what {@link #writeSeries} wrote: id to series to values.
     *
     * @throws IllegalArgumentException if the file is none of these
     */
    public static Map<String, Map<String, List<Double>>> readSeries(Path file) {
        Map<String, Map<String, List<Double>>> out = new LinkedHashMap<>();
        try {
            for (tech.tablesaw.api.Row row : readText(file)) {
                String values = row.getString("values");
                out.computeIfAbsent(row.getString("id"), id -> new TreeMap<>())
                        .put(
                                row.getString("series"),
                                values.isEmpty()
                                        ? List.of()
                                        : Arrays.stream(values.split(" ", -1))
                                                .map(Double::valueOf)
                                                .toList());
            }
        } catch (NumberFormatException | IllegalStateException e) {
            throw new IllegalArgumentException(
                    file + " is no file of series (" + e.getMessage() + "); restore it, or set FRESH=1", e);
        }
        return out;
    }

    /** Reads a CSV file with every column as text; missing values are empty. */
    public static Table readText(Path file) {
        return Table.read()
                .usingOptions(CsvReadOptions.builder(file.toFile())
                        .columnTypes(column -> ColumnType.STRING)
                        .missingValueIndicator("")
                        .maxCharsPerColumn(1 << 24));
    }

    private static String text(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static Set<String> keys(List<Row> rows, java.util.function.Function<Row, Set<String>> of) {
        Set<String> out = new LinkedHashSet<>();
        rows.forEach(r -> out.addAll(of.apply(r)));
        return out;
    }

    private static StringColumn text(String name, List<Row> rows, java.util.function.Function<Row, String> of) {
        return StringColumn.create(name, rows.stream().map(of));
    }

    private static DoubleColumn number(String name, List<Row> rows, java.util.function.ToDoubleFunction<Row> of) {
        return DoubleColumn.create(name, rows.stream().mapToDouble(of).toArray());
    }
}
