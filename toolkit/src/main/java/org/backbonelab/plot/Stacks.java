package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/** Lying bars made of parts. */
final class Stacks {
    private Stacks() {}

    static Chart of(Table table, String category, String value, String part) {
        Rows rows = new Rows(table);
        Map<String, List<Integer>> categories = rows.groups(category);
        List<Map<String, Object>> traces = new ArrayList<>();
        rows.groups(part).forEach((name, members) -> {
            List<Object> lengths = new ArrayList<>();
            categories.forEach((label, ofCategory) -> {
                List<Integer> both =
                        ofCategory.stream().filter(members::contains).toList();
                int row = Rows.only(both, "(" + label + ", " + name + ")");
                lengths.add(row < 0 ? null : Numbers.stored(rows.number(value, row)));
            });
            Map<String, Object> trace = PlotlyJson.map("type", "bar", "orientation", "h", "name", name);
            trace.putAll(PlotlyJson.map("y", List.copyOf(categories.keySet()), "x", lengths));
            trace.put("marker", PlotlyJson.map("color", Palette.colour(name)));
            trace.put("hovertemplate", "%{y}, " + name + ": %{x:.4~g}<extra></extra>");
            traces.add(trace);
        });
        Map<String, Object> layout = Layouts.plain(Texts.axis(value), null);
        layout = PlotlyJson.with(layout, "barmode", "stack");
        layout = PlotlyJson.with(layout, "yaxis.type", "category");
        layout = PlotlyJson.with(layout, "yaxis.autorange", "reversed");
        layout = PlotlyJson.with(layout, "yaxis.showgrid", false);
        layout = PlotlyJson.with(layout, "legend.title.text", Texts.axis(part));
        layout = PlotlyJson.with(layout, "legend.traceorder", "normal");
        return new Chart(traces, layout).withSize(900, 110 + 26 * categories.size());
    }
}
