package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/** Rows and values of a long table by the names in a column, in order of first appearance. */
final class GroupBy {
    private GroupBy() {}

    /** Returns the row numbers of each name. */
    static Map<String, List<Integer>> rows(Table table, String by) {
        Map<String, List<Integer>> out = new LinkedHashMap<>();
        for (int i = 0; i < table.rowCount(); i++) {
            out.computeIfAbsent(table.stringColumn(by).get(i), name -> new ArrayList<>())
                    .add(i);
        }
        return out;
    }

    /** Returns the values of each name, NaN where one is missing. */
    static Map<String, double[]> values(Table table, String by, String value) {
        Map<String, double[]> out = new LinkedHashMap<>();
        rows(table, by).forEach((name, rows) -> out.put(name, at(table, value, rows)));
        return out;
    }

    /** Returns the finite values of each name. */
    static Map<String, double[]> finite(Table table, String by, String value) {
        Map<String, double[]> out = values(table, by, value);
        out.replaceAll(
                (name, values) -> Arrays.stream(values).filter(Double::isFinite).toArray());
        return out;
    }

    /** Returns the values of some rows. */
    static double[] at(Table table, String column, List<Integer> rows) {
        return rows.stream()
                .mapToDouble(i -> table.numberColumn(column).getDouble(i))
                .toArray();
    }
}
