package org.backbonelab.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.backbonelab.io.AtomicFile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Rows as Tablesaw tables and CSV files. */
public final class Tables {
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
        if (having.isEmpty()) {
            throw new IllegalArgumentException("no row has the series \"" + series + "\"");
        }
        List<Row> points = new ArrayList<>();
        DoubleColumn index = DoubleColumn.create("index");
        DoubleColumn value = DoubleColumn.create("value");
        for (Row row : having) {
            List<Double> values = row.series().get(series);
            for (int i = 0; i < values.size(); i++) {
                points.add(row);
                index.append(i);
                value.append(values.get(i));
            }
        }
        // In one piece: rows of one study need not have the same metrics, as one that diverged has fewer.
        return of(series, points).addColumns(index, value);
    }

    /** Writes a table as CSV, atomically; whole numbers without decimals, missing values and NaN empty. */
    public static void writeCsv(Table table, Path file) {
        java.io.StringWriter out = new java.io.StringWriter();
        text(table).write().csv(out);
        AtomicFile.write(file, out.toString());
    }

    /** Returns the table with every column as text, as it is written. */
    static Table text(Table table) {
        Table text = Table.create(table.name());
        for (Column<?> column : table.columns()) {
            text.addColumns(
                    column instanceof DoubleColumn numbers
                            ? StringColumn.create(
                                    column.name(),
                                    Arrays.stream(numbers.asDoubleArray()).mapToObj(Tables::text))
                            : column);
        }
        return text;
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
