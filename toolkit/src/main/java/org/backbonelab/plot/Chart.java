package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Config;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.HoverLabel;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.Trace;

/**
 * A Tablesaw figure held as Plotly's own JSON, for what Tablesaw's components lack.
 *
 * <p>That is error bars, bands, logarithmic axes, annotations, shared colour scales. Made by {@link Plots}; each
 * {@code withX} returns a changed copy. Sizes are in CSS pixels. Being a {@link Figure}, it can be given to anything
 * that takes one, Tablesaw's {@code Plot.show} included.
 */
public final class Chart extends Figure {
    private static final Map<String, Object> CONFIG = Map.of("displaylogo", false);
    /** Characters of the 17 pixel title per pixel of width: longer titles are broken into lines. */
    private static final double TITLE_CHARACTERS_PER_PIXEL = 0.105;

    private final List<Map<String, Object>> traces;
    private final Map<String, Object> layout;
    private final List<Map<String, Object>> frames;

    Chart(List<Map<String, Object>> traces, Map<String, Object> layout) {
        this(traces, layout, List.of());
    }

    /** A chart with frames: what it changes to when one of its controls is used. */
    Chart(List<Map<String, Object>> traces, Map<String, Object> layout, List<Map<String, Object>> frames) {
        // Tablesaw's own layout and config only have to be there: buildContext writes ours in their place.
        super(
                Layout.builder().build(),
                Config.builder().build(),
                traces.stream().map(JsonTrace::new).toArray(Trace[]::new));
        this.traces = List.copyOf(traces);
        this.layout = layout;
        this.frames = List.copyOf(frames);
    }

    /** Sets the title; one longer than the figure is wide is broken into lines. */
    public Chart withTitle(String title) {
        return withLayout("title.text", title);
    }

    /** Sets the title of the x axis, with its unit. */
    public Chart withXTitle(String title) {
        return withLayout("xaxis.title.text", title);
    }

    /** Sets the title of the y axis, with its unit. */
    public Chart withYTitle(String title) {
        return withLayout("yaxis.title.text", title);
    }

    /** Sets the title of the colour scale of a heat map or contour, with its unit. */
    public Chart withColorTitle(String title) {
        return withLayout("coloraxis.colorbar.title.text", title);
    }

    /** Sets width and height in pixels; printed pages cut what is wider than 650. */
    public Chart withSize(int width, int height) {
        return withLayout("width", width).withLayout("height", height);
    }

    /** Makes the x axis logarithmic. */
    public Chart withLogX() {
        return logarithmic("xaxis");
    }

    /** Makes the y axis logarithmic. */
    public Chart withLogY() {
        return logarithmic("yaxis");
    }

    /** Sets the values at the ends of the colour scale of a heat map or contour; values beyond get the end's colour. */
    public Chart withColorRange(double low, double high) {
        List<Map<String, Object>> changed = traces.stream()
                .map(trace -> trace.containsKey("contours") ? ContourLevels.of(trace, low, high) : trace)
                .toList();
        return new Chart(changed, layout, frames)
                .withLayout("coloraxis.cmin", low)
                .withLayout("coloraxis.cmax", high);
    }

    /**
     * Adds a fitted line with its confidence band; a second or third one of a figure has another colour and dash.
     *
     * @param fit columns {@code x}, {@code y} and, for the band, {@code lo} and {@code hi}
     * @param name what the legend calls it
     */
    public Chart withFit(Table fit, String name) {
        return withTraces(SeriesTraces.fit(fit, name, traces));
    }

    /** Rings the points of a frontier and joins them in the order of x. */
    public Chart withFrontier(Table frontier, String xColumn, String yColumn) {
        return withTraces(List.of(SeriesTraces.frontier(frontier, xColumn, yColumn)));
    }

    /** Sets any attribute of Plotly's layout by its dotted path, such as {@code "yaxis.range"}. */
    public Chart withLayout(String path, Object value) {
        return new Chart(traces, PlotlyJson.with(layout, path, value), frames);
    }

    /** Plotly's data, layout and config: what follows from titles, sizes and values comes last, when all are known. */
    Map<String, Object> json() {
        Map<String, Object> complete = titled(LogTicks.of(layout, traces));
        Map<String, Object> json =
                PlotlyJson.map("data", Hover.of(traces, layout), "layout", complete, "config", CONFIG);
        if (!frames.isEmpty()) {
            json.put("frames", frames);
        }
        return PlotlyJson.object(PlotlyJson.clean(json));
    }

    /** The layout as it was set, before titles are broken and ticks are placed. */
    Map<String, Object> layout() {
        return layout;
    }

    /** Breaks the title into lines and makes room for them; done last, when the width is known. */
    private static Map<String, Object> titled(Map<String, Object> layout) {
        if (!(PlotlyJson.at(layout, "title.text") instanceof String title)) {
            return layout;
        }
        int width = ((Number) layout.get("width")).intValue();
        List<String> lines = Texts.wrap(title, (int) (width * TITLE_CHARACTERS_PER_PIXEL));
        int above = ((Number) PlotlyJson.at(layout, "margin.t")).intValue();
        Map<String, Object> roomy = PlotlyJson.with(layout, "margin.t", above + 22 * lines.size());
        // Plotly puts the top of a single line at the place given, but the foot of the first of several lines.
        roomy = PlotlyJson.with(roomy, "title.pad.t", lines.size() == 1 ? 14 : 26);
        return PlotlyJson.with(roomy, "title.text", String.join("<br>", lines));
    }

    private Chart logarithmic(String axis) {
        return withLayout(axis + ".type", "log")
                .withLayout(axis + ".minor", PlotlyJson.map("ticks", "outside", "ticklen", 3, "showgrid", false));
    }

    private Chart withTraces(List<Map<String, Object>> more) {
        List<Map<String, Object>> all = new ArrayList<>(traces);
        all.addAll(more);
        return new Chart(all, layout, frames);
    }

    @Override
    protected void buildContext(String divName) {
        super.buildContext(divName);
        Map<String, Object> json = json();
        StringBuilder script = new StringBuilder();
        script.append("var layout = ")
                .append(PlotlyJson.write(json.get("layout")))
                .append(";\n");
        script.append("var config = ")
                .append(PlotlyJson.write(json.get("config")))
                .append(";\n");
        int index = 0;
        for (Object trace : (List<?>) json.get("data")) {
            script.append(new JsonTrace(PlotlyJson.object(trace)).asJavascript(index++));
        }
        getContext().put("figure", script.toString());
    }

    /** One entry of Plotly's data in the form that Tablesaw asks for. */
    private record JsonTrace(Map<String, Object> json) implements Trace {
        @Override
        public String asJavascript(int index) {
            return "var trace" + index + " = " + PlotlyJson.write(PlotlyJson.clean(json)) + ";\n";
        }

        @Override
        public String name() {
            return String.valueOf(json.get("name"));
        }

        @Override
        public HoverLabel hoverLabel() {
            return null;
        }

        @Override
        public boolean showLegend() {
            return !Boolean.FALSE.equals(json.get("showlegend"));
        }
    }
}
