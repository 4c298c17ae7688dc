package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Reads a long-form table by column name. */
final class Rows {
    private static final int NAMED = 4;

    private final Table table;

    Rows(Table table) {
        this.table = table;
    }

    int count() {
        return table.rowCount();
    }

    boolean numeric(String column) {
        return column(column) instanceof NumericColumn<?>;
    }

    /** The number, NaN where it is missing. */
    double number(String column, int row) {
        if (column(column) instanceof NumericColumn<?> numbers) {
            return numbers.isMissing(row) ? Double.NaN : numbers.getDouble(row);
        }
        throw new IllegalArgumentException(
                "column \"" + column + "\" of table \"" + table.name() + "\" must hold numbers to be drawn, but holds "
                        + column(column).type().name());
    }

    /** Tells whether a row stands for trainings of which one diverged: such a row has no number, and that is its result. */
    boolean hasDiverged(int row) {
        if (table.containsColumn("diverged")) {
            return number("diverged", row) > 0;
        }
        return table.containsColumn("status") && "DIVERGED".equals(label("status", row));
    }

    /** Names what has no number because it diverged, some of it if it is much: "diverged: vit sgd, vit lars"; or nothing. */
    String diverged(String value, String... names) {
        List<String> all = all().stream()
                .filter(row -> !Double.isFinite(number(value, row)) && hasDiverged(row))
                .map(row -> String.join(
                        " ",
                        Arrays.stream(names)
                                .distinct()
                                .map(name -> label(name, row))
                                .toList()))
                .distinct()
                .toList();
        int more = all.size() - NAMED;
        return all.isEmpty()
                ? ""
                : "diverged: " + String.join(", ", all.subList(0, Math.min(NAMED, all.size())))
                        + (more > 0 ? " and " + more + " more" : "");
    }

    /** The value as a label; numbers as people read them, missing as "–". */
    String label(String column, int row) {
        Column<?> values = column(column);
        if (values.isMissing(row)) {
            return "–";
        }
        return numeric(column) ? Numbers.text(number(column, row)) : values.getString(row);
    }

    /** What Plotly gets for a coordinate: a rounded number or null, or a label. */
    Object coordinate(String column, int row) {
        return numeric(column) ? Numbers.stored(number(column, row)) : label(column, row);
    }

    List<Object> coordinates(String column, List<Integer> rows) {
        List<Object> values = new ArrayList<>();
        rows.forEach(row -> values.add(coordinate(column, row)));
        return values;
    }

    /** Row numbers by label, labels in order of first appearance. */
    Map<String, List<Integer>> groups(String column) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (int row : all()) {
            groups.computeIfAbsent(label(column, row), label -> new ArrayList<>())
                    .add(row);
        }
        return groups;
    }

    List<Integer> all() {
        return IntStream.range(0, count()).boxed().toList();
    }

    /** The only row of a category, or -1; several rows are the caller's mistake and would hide one another. */
    static int only(List<Integer> rows, String what) {
        if (rows.size() > 1) {
            throw new IllegalArgumentException(
                    rows.size() + " rows for " + what + ": take the mean over seeds first, one row each");
        }
        return rows.isEmpty() ? -1 : rows.get(0);
    }

    private Column<?> column(String name) {
        if (!table.containsColumn(name)) {
            throw new IllegalArgumentException("no column \"" + name + "\" in table \"" + table.name() + "\"; it has "
                    + String.join(", ", table.columnNames()));
        }
        return table.column(name);
    }
}
