package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.Table;

/** Plotly traces of series: lines, markers, bars, boxes, with their intervals. */
final class SeriesTraces {
    /** The frontier is dotted, so fits are not. */
    private static final List<String> FIT_DASHES = List.of("dash", "dashdot", "longdash");

    private static final List<String> FIT_COLOURS = List.of("#333333", "#aa3377", "#117733");

    private SeriesTraces() {}

    /**
     * One trace per series, and where {@code lo} and {@code hi} are given a band (numeric x) or error bars (labels).
     *
     * @param mode Plotly's mode: lines, markers, lines+markers
     */
    static List<Map<String, Object>> of(
            Table table, String x, String y, String series, String mode, String lo, String hi) {
        Rows rows = new Rows(table);
        List<Map<String, Object>> bands = new ArrayList<>();
        List<Map<String, Object>> traces = new ArrayList<>();
        rows.groups(series).forEach((name, members) -> {
            List<Integer> order = ordered(rows, x, members);
            String colour = Palette.colour(name);
            if (lo != null && rows.numeric(x)) {
                bands.add(band(rows, x, lo, hi, order, colour, name));
            }
            Map<String, Object> trace = xy("scatter", name, rows, x, y, order);
            trace.put("mode", mode);
            trace.put("legendgroup", name);
            trace.put("line", PlotlyJson.map("color", colour, "width", 2.5));
            trace.put("marker", PlotlyJson.map("color", colour, "size", 8, "symbol", Palette.marker(name)));
            if (lo != null && !rows.numeric(x)) {
                trace.put("error_y", errorBars(rows, y, lo, hi, order));
            }
            traces.add(trace);
        });
        // Bands first, so that none covers a line.
        bands.addAll(traces);
        return bands;
    }

    static List<Map<String, Object>> bars(
            Table table, String category, String value, String group, String lo, String hi) {
        Rows rows = new Rows(table);
        List<Map<String, Object>> traces = new ArrayList<>();
        rows.groups(group).forEach((name, members) -> {
            Map<Object, List<Integer>> taken = new LinkedHashMap<>();
            members.forEach(row -> taken.computeIfAbsent(rows.label(category, row), label -> new ArrayList<>())
                    .add(row));
            taken.forEach((label, same) -> Rows.only(same, "(" + label + ", " + name + ")"));
            Map<String, Object> trace = xy("bar", name, rows, category, value, members);
            trace.put(
                    "x", members.stream().map(row -> rows.label(category, row)).toList());
            trace.put("marker", PlotlyJson.map("color", Palette.colour(name)));
            if (lo != null) {
                trace.put("error_y", errorBars(rows, value, lo, hi, members));
            }
            traces.add(trace);
        });
        return traces;
    }

    /**
     * One box a category.
     *
     * @param group a column whose first value gives a category's colour and place in the legend; null: a colour each
     */
    static List<Map<String, Object>> boxes(Table table, String category, String value, String group) {
        Rows rows = new Rows(table);
        List<Map<String, Object>> traces = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        rows.groups(category).forEach((name, members) -> {
            String series = group == null ? name : rows.label(group, members.get(0));
            String colour = Palette.colour(series);
            List<Object> values = new ArrayList<>();
            members.forEach(row -> values.add(Numbers.stored(rows.number(value, row))));
            Map<String, Object> trace =
                    PlotlyJson.map("type", "box", "name", group == null ? name : series, "y", values);
            trace.put("x", Collections.nCopies(values.size(), name));
            trace.put("showlegend", group != null && shown.add(series));
            trace.put("legendgroup", series);
            trace.put("boxpoints", "all");
            trace.put("jitter", 0.4);
            trace.put("pointpos", 0);
            trace.put("line", PlotlyJson.map("color", colour, "width", 2));
            trace.put("fillcolor", Palette.faint(colour, 0.2));
            trace.put("marker", PlotlyJson.map("color", colour, "size", group == null ? 6 : 4, "opacity", 0.7));
            traces.add(trace);
        });
        return traces;
    }

    /** A fitted line with its band; the second and third of a figure look otherwise than the first. */
    static List<Map<String, Object>> fit(Table table, String name, List<Map<String, Object>> others) {
        int number = (int) others.stream()
                .filter(trace -> trace.get("line") instanceof Map<?, ?> line
                        && FIT_DASHES.contains(String.valueOf(line.get("dash"))))
                .count();
        String colour = FIT_COLOURS.get(number % FIT_COLOURS.size());
        Rows rows = new Rows(table);
        List<Integer> order = ordered(rows, "x", rows.all());
        List<Map<String, Object>> traces = new ArrayList<>();
        if (table.containsColumn("lo") && table.containsColumn("hi")) {
            traces.add(band(rows, "x", "lo", "hi", order, colour, name));
        }
        Map<String, Object> line = xy("scatter", name, rows, "x", "y", order);
        line.put("mode", "lines");
        line.put("legendgroup", name);
        line.put(
                "line",
                PlotlyJson.map("color", colour, "width", 2, "dash", FIT_DASHES.get(number % FIT_DASHES.size())));
        traces.add(line);
        return traces;
    }

    static Map<String, Object> frontier(Table table, String x, String y) {
        Rows rows = new Rows(table);
        Map<String, Object> trace = xy("scatter", "frontier", rows, x, y, ordered(rows, x, rows.all()));
        trace.put("mode", "lines+markers");
        trace.put("line", PlotlyJson.map("color", "#000000", "width", 1.5, "dash", "dot"));
        trace.put(
                "marker",
                PlotlyJson.map(
                        "symbol", "circle-open", "size", 15, "color", "#000000", "line", PlotlyJson.map("width", 2)));
        return trace;
    }

    private static Map<String, Object> xy(
            String type, String name, Rows rows, String x, String y, List<Integer> order) {
        List<Object> values = new ArrayList<>();
        order.forEach(row -> values.add(Numbers.stored(rows.number(y, row))));
        return PlotlyJson.map("type", type, "name", name, "x", rows.coordinates(x, order), "y", values);
    }

    /** Lines run from left to right; labels stay in the table's order. */
    private static List<Integer> ordered(Rows rows, String x, List<Integer> members) {
        return rows.numeric(x)
                ? members.stream()
                        .sorted(Comparator.comparingDouble(row -> rows.number(x, row)))
                        .toList()
                : members;
    }

    /** A closed outline: along the upper ends and back along the lower ones; rows without an interval are left out. */
    private static Map<String, Object> band(
            Rows rows, String x, String lo, String hi, List<Integer> order, String colour, String group) {
        List<Object> xs = new ArrayList<>();
        List<Object> ys = new ArrayList<>();
        for (int row : order) {
            double low = rows.number(lo, row);
            double high = rows.number(hi, row);
            if (Double.isFinite(low) && Double.isFinite(high)) {
                int half = xs.size() / 2;
                xs.add(half, Numbers.stored(rows.number(x, row)));
                ys.add(half, Numbers.stored(high));
                xs.add(half + 1, Numbers.stored(rows.number(x, row)));
                ys.add(half + 1, Numbers.stored(low));
            }
        }
        Map<String, Object> band = PlotlyJson.map("type", "scatter", "name", group, "x", xs, "y", ys);
        band.putAll(PlotlyJson.map("mode", "lines", "fill", "toself", "fillcolor", Palette.faint(colour, 0.18)));
        band.putAll(PlotlyJson.map("line", PlotlyJson.map("width", 0), "hoverinfo", "skip"));
        band.putAll(PlotlyJson.map("legendgroup", group, "showlegend", false));
        return band;
    }

    private static Map<String, Object> errorBars(Rows rows, String y, String lo, String hi, List<Integer> order) {
        List<Object> up = new ArrayList<>();
        List<Object> down = new ArrayList<>();
        for (int row : order) {
            up.add(Numbers.stored(rows.number(hi, row) - rows.number(y, row)));
            down.add(Numbers.stored(rows.number(y, row) - rows.number(lo, row)));
        }
        return PlotlyJson.map(
                "type", "data", "symmetric", false, "array", up, "arrayminus", down, "thickness", 1.5, "width", 5);
    }
}
