package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/** Annotated heat maps. */
final class Heatmaps {
    /** From warm to cool, told apart under every form of colour blindness, and so light that black text is read on all. */
    private static final List<Object> SCALE =
            List.of(List.of(0, "#E48A55"), List.of(0.5, "#F6F1E4"), List.of(1, "#74B4DD"));
    /** More columns than this get small text, the mark below the number, and slanted names. */
    private static final int WIDE = 12;

    private Heatmaps() {}

    static Chart of(Table table, String x, String y, String value, String mark) {
        Rows rows = new Rows(table);
        Map<String, List<Integer>> columns = rows.groups(x);
        List<String> xs = List.copyOf(columns.keySet());
        List<String> ys = List.copyOf(rows.groups(y).keySet());
        List<Object> numbers = new ArrayList<>();
        List<Object> texts = new ArrayList<>();
        List<Object> blanks = new ArrayList<>();
        rows.groups(y).forEach((yLabel, ofRow) -> {
            List<Object> cells = new ArrayList<>();
            List<Object> labels = new ArrayList<>();
            columns.forEach((xLabel, ofColumn) -> {
                List<Integer> both = ofRow.stream().filter(ofColumn::contains).toList();
                int row = Rows.only(both, "(" + xLabel + ", " + yLabel + ")");
                double number = row < 0 ? Double.NaN : rows.number(value, row);
                String sign = row < 0 || mark == null ? "" : sign(rows, mark, row, xs.size() > WIDE ? "<br>" : " ");
                String text = text(rows, row, number) + sign;
                cells.add(Numbers.stored(number));
                labels.add(text);
                if (!Double.isFinite(number)) {
                    blanks.add(blank(xLabel, yLabel, text, font(xs)));
                }
            });
            numbers.add(cells);
            texts.add(labels);
        });
        return chart(trace(xs, ys, numbers, texts), xs, ys, value, x, y).withLayout("annotations", blanks);
    }

    private static String text(Rows rows, int row, double number) {
        return row >= 0 && !Double.isFinite(number) && rows.hasDiverged(row) ? "diverged" : Numbers.fixed(number, 1);
    }

    private static String sign(Rows rows, String mark, int row, String gap) {
        String sign = rows.label(mark, row);
        return sign.equals("–") || sign.isBlank() ? "" : gap + sign;
    }

    private static Map<String, Object> trace(
            List<String> xs, List<String> ys, List<Object> numbers, List<Object> texts) {
        Map<String, Object> trace = PlotlyJson.map("type", "heatmap", "x", xs, "y", ys, "z", numbers);
        trace.putAll(PlotlyJson.map("text", texts, "texttemplate", "%{text}", "textfont", font(xs)));
        trace.putAll(PlotlyJson.map("coloraxis", "coloraxis", "xgap", 2, "ygap", 2, "hoverongaps", false));
        trace.put("hovertemplate", "%{y}, %{x}: %{text}<extra></extra>");
        return trace;
    }

    private static Chart chart(
            Map<String, Object> trace, List<String> xs, List<String> ys, String value, String x, String y) {
        Map<String, Object> layout = Layouts.coloured(SCALE);
        layout = PlotlyJson.with(layout, "coloraxis.colorbar.title.text", Texts.axis(value));
        layout = PlotlyJson.with(layout, "plot_bgcolor", "#EEEEEE");
        for (String axis : List.of("xaxis", "yaxis")) {
            layout = PlotlyJson.with(layout, axis + ".type", "category");
            layout = PlotlyJson.with(layout, axis + ".showgrid", false);
            layout = PlotlyJson.with(layout, axis + ".showline", false);
            layout = PlotlyJson.with(layout, axis + ".ticks", "");
        }
        if (xs.size() > WIDE) {
            layout = PlotlyJson.with(layout, "xaxis.tickangle", -45);
            layout = PlotlyJson.with(layout, "margin", PlotlyJson.map("l", 60, "r", 10, "t", 15, "b", 50));
            layout = PlotlyJson.with(layout, "coloraxis.colorbar.thickness", 10);
        }
        layout = PlotlyJson.with(layout, "yaxis.autorange", "reversed");
        return new Chart(List.of(trace), layout)
                .withXTitle(Texts.axis(x))
                .withYTitle(Texts.axis(y))
                .withSize(
                        Math.min(900, Math.max(650, 230 + 62 * xs.size())),
                        Math.max(320, 130 + (xs.size() > WIDE ? 34 : 44) * ys.size()));
    }

    private static Map<String, Object> font(List<String> xs) {
        return PlotlyJson.map("size", xs.size() > WIDE ? 12 : 14, "color", "#111111");
    }

    /** A cell without a number has no text of its own in Plotly. */
    private static Map<String, Object> blank(String x, String y, String text, Map<String, Object> font) {
        return PlotlyJson.map("x", x, "y", y, "text", text, "showarrow", false, "font", font);
    }
}
