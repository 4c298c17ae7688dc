package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;

/** Filled contours, several side by side on one colour scale. */
final class Contours {
    private static final int LEVELS = 20;
    /** Share of the width between two panels. */
    private static final double GAP = 0.06;

    private Contours() {}

    static Chart of(List<Surface> surfaces) {
        if (surfaces.isEmpty()) {
            throw new IllegalArgumentException("no surface to draw");
        }
        DoubleSummaryStatistics range = surfaces.stream()
                .flatMap(surface -> Arrays.stream(surface.z()))
                .flatMapToDouble(Arrays::stream)
                .filter(Double::isFinite)
                .summaryStatistics();
        List<Map<String, Object>> traces = new ArrayList<>();
        List<Object> titles = new ArrayList<>();
        Map<String, Object> layout = Layouts.coloured("Viridis");
        double width = (1 - GAP * (surfaces.size() - 1)) / surfaces.size();
        for (int i = 0; i < surfaces.size(); i++) {
            String number = i == 0 ? "" : Integer.toString(i + 1);
            double left = i * (width + GAP);
            traces.add(trace(surfaces.get(i), number));
            layout = PlotlyJson.with(layout, "xaxis" + number, xAxis(number, left, left + width));
            layout = PlotlyJson.with(layout, "yaxis" + number, yAxis(number));
            titles.add(Layouts.annotation(surfaces.get(i).title(), left + width / 2));
        }
        if (surfaces.size() > 1) {
            layout = PlotlyJson.with(layout, "annotations", titles);
            layout = PlotlyJson.with(layout, "margin.t", 45);
        } else {
            layout = PlotlyJson.with(layout, "title.text", surfaces.get(0).title());
        }
        int wide = surfaces.size() == 1 ? 560 : Math.min(900, 150 + 250 * surfaces.size());
        double panel = (wide - 170.0) * width;
        return new Chart(traces, layout)
                .withSize(wide, (int) Math.round(panel) + 130)
                .withColorRange(range.getMin(), range.getMax());
    }

    /** The same round levels in every panel, so that a line means the same value everywhere. */
    static Map<String, Object> withLevels(Map<String, Object> trace, double low, double high) {
        double step = roundStep((high - low) / LEVELS);
        Map<String, Object> contours = PlotlyJson.with(PlotlyJson.object(trace.get("contours")), "size", step);
        contours = PlotlyJson.with(contours, "start", Numbers.stored(Math.ceil(low / step) * step));
        contours = PlotlyJson.with(contours, "end", Numbers.stored(Math.floor(high / step) * step));
        return PlotlyJson.with(trace, "contours", contours);
    }

    /** The nearest of 1, 2, 5, 10 times a power of ten; 1 for a flat surface. */
    private static double roundStep(double step) {
        if (!(step > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        double digit = step / power;
        return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
    }

    private static Map<String, Object> trace(Surface surface, String number) {
        List<List<Object>> rows =
                Arrays.stream(surface.z()).map(Contours::stored).toList();
        Map<String, Object> trace = PlotlyJson.map("type", "contour", "name", surface.title());
        trace.putAll(PlotlyJson.map("x", stored(surface.x()), "y", stored(surface.y()), "z", rows));
        trace.putAll(PlotlyJson.map("xaxis", "x" + number, "yaxis", "y" + number, "coloraxis", "coloraxis"));
        trace.put("contours", PlotlyJson.map("coloring", "fill"));
        trace.put("line", PlotlyJson.map("width", 0.7, "color", "rgba(255,255,255,0.6)"));
        trace.put("hovertemplate", "x %{x:.3~g}, y %{y:.3~g}: %{z:.4~g}<extra></extra>");
        return trace;
    }

    private static List<Object> stored(double[] values) {
        return Arrays.stream(values).mapToObj(Numbers::stored).toList();
    }

    private static Map<String, Object> xAxis(String number, double left, double right) {
        Map<String, Object> axis = Layouts.axis("direction 1");
        axis.putAll(PlotlyJson.map("domain", List.of(left, right), "anchor", "y" + number, "showgrid", false));
        axis.put("constrain", "domain");
        return axis;
    }

    private static Map<String, Object> yAxis(String number) {
        Map<String, Object> axis = Layouts.axis(number.isEmpty() ? "direction 2" : null);
        axis.putAll(PlotlyJson.map("anchor", "x" + number, "showgrid", false, "showticklabels", number.isEmpty()));
        axis.putAll(PlotlyJson.map("scaleanchor", "x" + number, "constrain", "domain"));
        return axis;
    }
}
