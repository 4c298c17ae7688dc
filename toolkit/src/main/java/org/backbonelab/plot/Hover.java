package org.backbonelab.plot;

import java.util.List;
import java.util.Map;

/** What a point says when it is pointed at: the axes' names with the values, and the whole name of its series. */
final class Hover {
    private Hover() {}

    /** Returns the traces, those of points and bars with texts in the words of the axes' titles. */
    static List<Map<String, Object>> of(List<Map<String, Object>> traces, Map<String, Object> layout) {
        String text = line(layout, "x") + "<br>" + line(layout, "y") + "<extra>%{fullData.name}</extra>";
        return traces.stream()
                .map(trace -> wants(trace) ? PlotlyJson.with(trace, "hovertemplate", text) : trace)
                .toList();
    }

    private static boolean wants(Map<String, Object> trace) {
        boolean points = "scatter".equals(trace.get("type")) || "bar".equals(trace.get("type"));
        return points && !trace.containsKey("hovertemplate") && !trace.containsKey("hoverinfo");
    }

    private static String line(Map<String, Object> layout, String axis) {
        Object title = PlotlyJson.at(layout, axis + "axis.title.text");
        return (title == null || title.toString().isBlank() ? axis : title) + ": %{" + axis + "}";
    }
}
