package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/** Ridge plots: one curve above another, all on one scale. */
final class Ridges {
    private static final String INK = "#0072B2";
    private static final String GREY = "#8A8A8A";
    /** Height of the tallest curve, in steps from one row to the next. */
    private static final double HEIGHT = 1.6;
    /** Values above this quantile are cut off, so that one outlier does not flatten the rest. */
    private static final double TOP = 0.98;

    private final Rows rows;
    private final Map<String, List<Integer>> curves = new LinkedHashMap<>();
    private final double lo;
    private final double hi;

    private Ridges(Table table, String x, String value, String row, String order) {
        rows = new Rows(table);
        Map<String, List<Integer>> groups = rows.groups(row);
        groups.entrySet().stream()
                .sorted(Comparator.comparingDouble(e -> order(e.getValue(), order)))
                .forEach(e -> curves.put(
                        e.getKey(),
                        e.getValue().stream()
                                .filter(i -> Double.isFinite(rows.number(value, i)))
                                .sorted(Comparator.comparingDouble(i -> rows.number(x, i)))
                                .toList()));
        double[] values = curves.values().stream()
                .flatMap(List::stream)
                .mapToDouble(i -> rows.number(value, i))
                .sorted()
                .toArray();
        if (values.length == 0) {
            throw new IllegalArgumentException("no finite \"" + value + "\" to draw");
        }
        double top = values[(int) Math.round(TOP * (values.length - 1))];
        lo = values[0];
        hi = top > lo ? top : lo + 1;
    }

    /** The highest first; rows without a number, such as a network before training, last. */
    private double order(List<Integer> members, String order) {
        double value = rows.number(order, members.get(0));
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : -value;
    }

    static Chart of(Table table, String x, String value, String row, String order, String mark) {
        Ridges ridges = new Ridges(table, x, value, row, order);
        List<Map<String, Object>> traces = new ArrayList<>();
        List<Object> places = new ArrayList<>();
        List<Object> labels = new ArrayList<>();
        int n = ridges.curves.size();
        for (Map.Entry<String, List<Integer>> curve : ridges.curves.entrySet()) {
            int base = n - 1 - places.size();
            int first = table.stringColumn(row).indexOf(curve.getKey());
            boolean failed = mark != null && Marks.failed(ridges.rows.label(mark, first));
            String colour = failed ? GREY : INK;
            if (!curve.getValue().isEmpty()) {
                traces.add(ridges.area(curve, x, value, base, colour));
                traces.add(ridges.line(curve, x, value, base, colour));
            }
            double number = ridges.rows.number(order, first);
            String text = curve.getKey() + (Double.isNaN(number) ? "" : "  " + Numbers.fixed(number, 1));
            labels.add(failed ? "<span style=\"color:" + GREY + "\">" + text + "</span>" : text);
            places.add(base);
        }
        return new Chart(traces, ridges.layout(x, value, places, labels)).withSize(900, 130 + 34 * n);
    }

    private Map<String, Object> layout(String x, String value, List<Object> places, List<Object> labels) {
        Map<String, Object> layout = Layouts.plain(Texts.axis(x), null);
        Map<String, Object> axis = Layouts.axis(null);
        axis.putAll(PlotlyJson.map("tickvals", places, "ticktext", labels, "showline", false, "ticks", ""));
        axis.put("range", List.of(-0.3, places.size() - 1 + HEIGHT + 0.1));
        layout.put("yaxis", axis);
        layout = PlotlyJson.with(layout, "xaxis.showgrid", false);
        layout = PlotlyJson.with(layout, "margin.r", 95);
        // A ruler at the right of the top row, since the rows share the axis.
        double base = places.size() - 1.0;
        layout.put("shapes", List.of(ruler(base)));
        layout.put(
                "annotations",
                List.of(
                        note(Numbers.text(lo), base),
                        note(Numbers.text(hi), base + HEIGHT),
                        note(Texts.axis(value), base + HEIGHT / 2)));
        layout.put("showlegend", false);
        return layout;
    }

    private static Map<String, Object> ruler(double base) {
        Map<String, Object> line = PlotlyJson.map("type", "line", "xref", "paper", "x0", 1.01, "x1", 1.01);
        line.putAll(PlotlyJson.map("yref", "y", "y0", base, "y1", base + HEIGHT));
        line.put("line", PlotlyJson.map("color", "#222222", "width", 2));
        return line;
    }

    private static Map<String, Object> note(String text, double y) {
        Map<String, Object> note = PlotlyJson.map("text", text, "showarrow", false, "font", PlotlyJson.map("size", 12));
        note.putAll(PlotlyJson.map("xref", "paper", "x", 1.02, "xanchor", "left", "yref", "y", "y", y));
        return note;
    }

    private double height(String value, int row, int base) {
        return base + HEIGHT * (Math.min(rows.number(value, row), hi) - lo) / (hi - lo);
    }

    /** From the baseline up along the curve and back: a polygon, so that a gap in the numbers leaves no hole. */
    private Map<String, Object> area(
            Map.Entry<String, List<Integer>> curve, String x, String value, int base, String colour) {
        List<Integer> members = curve.getValue();
        List<Object> xs = new ArrayList<>(Arrays.asList(rows.coordinate(x, members.get(0))));
        List<Object> ys = new ArrayList<>(List.of(base));
        members.forEach(i -> {
            xs.add(rows.coordinate(x, i));
            ys.add(Numbers.stored(height(value, i, base)));
        });
        xs.add(rows.coordinate(x, members.get(members.size() - 1)));
        ys.add(base);
        Map<String, Object> area = PlotlyJson.map("type", "scatter", "name", curve.getKey(), "x", xs, "y", ys);
        area.putAll(PlotlyJson.map("mode", "lines", "line", PlotlyJson.map("width", 0), "hoverinfo", "skip"));
        area.putAll(PlotlyJson.map("fill", "toself", "fillcolor", Palette.faint(colour, 0.35)));
        return area;
    }

    private Map<String, Object> line(
            Map.Entry<String, List<Integer>> curve, String x, String value, int base, String colour) {
        List<Object> ys = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        curve.getValue().forEach(i -> {
            ys.add(Numbers.stored(height(value, i, base)));
            values.add(Numbers.stored(rows.number(value, i)));
        });
        Map<String, Object> line = PlotlyJson.map("type", "scatter", "name", curve.getKey());
        line.putAll(PlotlyJson.map("x", rows.coordinates(x, curve.getValue()), "y", ys, "customdata", values));
        line.putAll(PlotlyJson.map("mode", "lines", "line", PlotlyJson.map("color", colour, "width", 1.6)));
        line.put("hovertemplate", curve.getKey() + ", %{x}: %{customdata:.4~g}<extra></extra>");
        return line;
    }
}
