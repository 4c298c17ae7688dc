package org.backbonelab.plot;

import java.util.Map;

/** The look that all figures share: white, readable at 650 pixels, nothing cut. */
final class Layouts {
    private static final String INK = "#222222";
    private static final String GRID = "#E4E4E4";

    private Layouts() {}

    static Map<String, Object> plain(String xTitle, String yTitle) {
        Map<String, Object> layout = PlotlyJson.map("width", 650, "height", 420);
        layout.put("font", PlotlyJson.map("family", "Arial, Helvetica, sans-serif", "size", 14, "color", INK));
        layout.put("title", PlotlyJson.map("font", PlotlyJson.map("size", 17), "x", 0.02, "y", 1, "yanchor", "top"));
        layout.put("margin", PlotlyJson.map("l", 70, "r", 25, "t", 25, "b", 60));
        layout.putAll(PlotlyJson.map("paper_bgcolor", "#FFFFFF", "plot_bgcolor", "#FFFFFF", "hovermode", "closest"));
        // The name of a series in full: the default cuts it after 15 characters.
        layout.put("hoverlabel", PlotlyJson.map("namelength", -1));
        layout.put("xaxis", axis(xTitle));
        layout.put("yaxis", axis(yTitle));
        layout.put("legend", PlotlyJson.map("font", PlotlyJson.map("size", 13), "tracegroupgap", 2));
        return layout;
    }

    /** A layout with one colour scale, Plotly's name or a list of stops, that all its traces share. */
    static Map<String, Object> coloured(Object scale) {
        Map<String, Object> bar = PlotlyJson.map("thickness", 16, "outlinewidth", 0, "tickformat", ".3~g");
        bar.put("title", PlotlyJson.map("side", "right"));
        return PlotlyJson.with(plain(null, null), "coloraxis", PlotlyJson.map("colorscale", scale, "colorbar", bar));
    }

    static Map<String, Object> axis(String title) {
        Map<String, Object> axis = PlotlyJson.map("automargin", true, "showline", true, "linecolor", INK);
        axis.putAll(PlotlyJson.map("gridcolor", GRID, "zeroline", false, "ticks", "outside", "hoverformat", ".4~g"));
        axis.put("exponentformat", "power");
        axis.put("title", PlotlyJson.map("text", title, "standoff", 10));
        return axis;
    }

    /** A panel's title, centred at a share of the width, above the axes. */
    static Map<String, Object> annotation(String text, double x) {
        Map<String, Object> note = PlotlyJson.map("text", text, "showarrow", false, "font", PlotlyJson.map("size", 15));
        note.putAll(PlotlyJson.map("xref", "paper", "x", x, "xanchor", "center"));
        note.putAll(PlotlyJson.map("yref", "paper", "y", 1, "yanchor", "bottom"));
        return note;
    }
}
