package org.backbonelab.plot;

import java.util.Map;

/** The look that all figures share: white, readable at 650 pixels, nothing cut. */
final class Layouts {
    private static final String INK = "#222222";
    private static final String GRID = "#E4E4E4";

    private Layouts() {}

    static Map<String, Object> plain(String xTitle, String yTitle) {
        Map<String, Object> layout = Json.map("width", 650, "height", 420);
        layout.put("font", Json.map("family", "Arial, Helvetica, sans-serif", "size", 14, "color", INK));
        layout.put("title", Json.map("font", Json.map("size", 17), "x", 0.02, "y", 1, "yanchor", "top"));
        layout.put("margin", Json.map("l", 70, "r", 25, "t", 25, "b", 60));
        layout.putAll(Json.map("paper_bgcolor", "#FFFFFF", "plot_bgcolor", "#FFFFFF", "hovermode", "closest"));
        layout.put("xaxis", axis(xTitle));
        layout.put("yaxis", axis(yTitle));
        layout.put("legend", Json.map("font", Json.map("size", 13), "tracegroupgap", 2));
        return layout;
    }

    /** A layout with one colour scale, Plotly's name or a list of stops, that all its traces share. */
    static Map<String, Object> coloured(Object scale) {
        Map<String, Object> bar = Json.map("thickness", 16, "outlinewidth", 0, "tickformat", ".3~g");
        bar.put("title", Json.map("side", "right"));
        return Json.with(plain(null, null), "coloraxis", Json.map("colorscale", scale, "colorbar", bar));
    }

    static Map<String, Object> axis(String title) {
        Map<String, Object> axis = Json.map("automargin", true, "showline", true, "linecolor", INK);
        axis.putAll(Json.map("gridcolor", GRID, "zeroline", false, "ticks", "outside", "hoverformat", ".4~g"));
        axis.put("exponentformat", "power");
        axis.put("title", Json.map("text", title, "standoff", 10));
        return axis;
    }

    /** A panel's title, centred at a share of the width, above the axes. */
    static Map<String, Object> annotation(String text, double x) {
        Map<String, Object> note = Json.map("text", text, "showarrow", false, "font", Json.map("size", 15));
        note.putAll(Json.map("xref", "paper", "x", x, "xanchor", "center"));
        note.putAll(Json.map("yref", "paper", "y", 1, "yanchor", "bottom"));
        return note;
    }
}
