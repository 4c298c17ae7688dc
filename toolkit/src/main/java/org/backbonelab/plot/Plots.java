package org.backbonelab.plot;

import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/**
 * Figures of long-form tables: one row per measurement, columns given by name.
 *
 * <p>Every method returns a {@link Chart}, a Tablesaw figure whose titles, size, axes and colour range can still be
 * changed. Missing numbers are gaps. A series has the same colour and marker in every figure ({@link Palette}). Axis
 * titles are the column names until {@link Chart#withXTitle} gives better ones with units. An unknown column or a
 * column of text where numbers belong is an {@link IllegalArgumentException} that names it.
 */
public final class Plots {
    /** What a title of one line takes. */
    private static final int TITLE = 22;

    private static final int ABOVE = 8;

    /** As charts have it for their axis: a slider below finds the room it counts on, and the picture keeps its scale. */
    private static final int BELOW = 60;

    private static final int SIDE = 20;

    private Plots() {}

    /** A heat map of one row per cell, annotated with the value to one decimal; a missing cell is blank with "–". */
    public static Chart heatmap(Table table, String xColumn, String yColumn, String valueColumn) {
        return heatmap(table, xColumn, yColumn, valueColumn, null);
    }

    /** A heat map whose cells also carry a mark, such as "▽" for a failed pair; columns as in {@code heatmap}. */
    public static Chart heatmap(Table table, String xColumn, String yColumn, String valueColumn, String markColumn) {
        return Heatmaps.of(table, xColumn, yColumn, valueColumn, markColumn);
    }

    /** One line with markers per series. */
    public static Chart lines(Table table, String xColumn, String yColumn, String seriesColumn) {
        return lines(table, xColumn, yColumn, seriesColumn, null, null);
    }

    /** One line per series with its interval: a band where x is numeric, error bars where x are labels. */
    public static Chart lines(
            Table table, String xColumn, String yColumn, String seriesColumn, String loColumn, String hiColumn) {
        Chart chart = series(
                SeriesTraces.of(table, xColumn, yColumn, seriesColumn, "lines+markers", loColumn, hiColumn),
                xColumn,
                yColumn);
        return noted(chart, table, yColumn, seriesColumn, xColumn);
    }

    /** One marker per row, coloured by series. */
    public static Chart scatter(Table table, String xColumn, String yColumn, String seriesColumn) {
        Chart chart =
                series(SeriesTraces.of(table, xColumn, yColumn, seriesColumn, "markers", null, null), xColumn, yColumn);
        return noted(chart, table, yColumn, seriesColumn, xColumn);
    }

    /** One marker per row on two logarithmic axes; see {@link Chart#withFit} and {@link Chart#withFrontier}. */
    public static Chart logLog(Table table, String xColumn, String yColumn, String seriesColumn) {
        return scatter(table, xColumn, yColumn, seriesColumn).withLogX().withLogY();
    }

    /** Bars side by side, one row per pair of category and group. */
    public static Chart bars(Table table, String categoryColumn, String valueColumn, String groupColumn) {
        return bars(table, categoryColumn, valueColumn, groupColumn, null, null);
    }

    /** Bars side by side with the ends of their intervals. */
    public static Chart bars(
            Table table,
            String categoryColumn,
            String valueColumn,
            String groupColumn,
            String loColumn,
            String hiColumn) {
        List<Map<String, Object>> traces =
                SeriesTraces.bars(table, categoryColumn, valueColumn, groupColumn, loColumn, hiColumn);
        Chart chart = series(traces, categoryColumn, valueColumn)
                .withLayout("barmode", "group")
                .withLayout("xaxis.type", "category");
        return noted(chart, table, valueColumn, categoryColumn, groupColumn);
    }

    /** A box per category (quartiles, median, whiskers) over its points. */
    public static Chart box(Table table, String categoryColumn, String valueColumn) {
        Chart chart = series(SeriesTraces.boxes(table, categoryColumn, valueColumn, null), categoryColumn, valueColumn)
                .withLayout("xaxis.type", "category");
        return noted(chart, table, valueColumn, categoryColumn);
    }

    /**
     * A box per category in the colour of its group, with a legend of groups.
     *
     * @param colourColumn the group of a category's first row
     */
    public static Chart box(Table table, String categoryColumn, String valueColumn, String colourColumn) {
        Chart chart = series(
                        SeriesTraces.boxes(table, categoryColumn, valueColumn, colourColumn),
                        categoryColumn,
                        valueColumn)
                .withLayout("xaxis.type", "category")
                .withLayout("legend.title.text", Texts.axis(colourColumn))
                .withSize(900, 420);
        return noted(chart, table, valueColumn, categoryColumn);
    }

    /** Lying bars made of parts, one bar a category, the first on top; the length is the sum of a category's parts. */
    public static Chart stackedBars(Table table, String categoryColumn, String valueColumn, String partColumn) {
        return Stacks.of(table, categoryColumn, valueColumn, partColumn);
    }

    /**
     * A ridge plot: curves one above another on one scale, such as a quantity over depth for each optimizer.
     *
     * <p>Values beyond the 98th percentile are cut off; missing ones are bridged.
     *
     * @param rowColumn what has a curve each
     * @param orderColumn a number of each curve, such as the accuracy: the highest on top, without a number at the bottom
     * @param markColumn a curve marked "▽" or "✗" has failed and is grey; may be null
     */
    public static Chart ridge(
            Table table, String xColumn, String valueColumn, String rowColumn, String orderColumn, String markColumn) {
        return Ridges.of(table, xColumn, valueColumn, rowColumn, orderColumn, markColumn);
    }

    /** A filled contour of {@code z[row of y][column of x]}. */
    public static Chart contour(double[] x, double[] y, double[][] z, String title) {
        return contours(List.of(new Surface(title, x, y, z)));
    }

    /** Filled contours side by side with the same levels and one colour scale. */
    public static Chart contours(List<Surface> surfaces) {
        return Contours.of(surfaces);
    }

    /** A picture as a figure, a pixel a pixel under a title of one line: {@link Pictures#grid} under a slider. */
    public static Chart image(BufferedImage picture) {
        String source = "data:image/png;base64," + Base64.getEncoder().encodeToString(Pictures.png(picture));
        Map<String, Object> trace = PlotlyJson.map("type", "image", "source", source, "hoverinfo", "skip");
        Map<String, Object> layout = Layouts.plain(null, null);
        for (String axis : List.of("xaxis", "yaxis")) {
            layout = PlotlyJson.with(layout, axis, PlotlyJson.map("visible", false, "fixedrange", true));
        }
        layout = PlotlyJson.with(layout, "margin", PlotlyJson.map("l", SIDE, "r", SIDE, "t", ABOVE, "b", BELOW));
        return new Chart(List.of(trace), layout)
                .withSize(picture.getWidth() + 2 * SIDE, picture.getHeight() + ABOVE + TITLE + BELOW);
    }

    /**
     * Figures under a slider, one at a time.
     *
     * <p>Works in JupyterLab, in exported pages and without a kernel. The static picture is that of the state shown first.
     *
     * @param name of what is chosen, such as "rho"
     * @param states figures by label, in the map's order, with titles of their own; size and legend are those of the one shown
     * @param shown the label of the one that is shown first, and that a text speaks of
     * @throws IllegalArgumentException if there are fewer than two states, or none of that label
     */
    public static Chart slider(String name, Map<String, Chart> states, String shown) {
        return new States(name, states, shown).slider(false);
    }

    /** Figures under a slider with a button that plays all of them in order; as {@link #slider}. */
    public static Chart play(String name, Map<String, Chart> states, String shown) {
        return new States(name, states, shown).slider(true);
    }

    /** Figures under a drop-down menu; as {@link #slider}. */
    public static Chart dropDown(String name, Map<String, Chart> states, String shown) {
        return new States(name, states, shown).dropDown();
    }

    /** Says beneath the title what is not drawn because it diverged: a gap alone would be taken for a missing training. */
    private static Chart noted(Chart chart, Table table, String value, String... names) {
        String text = new Rows(table).diverged(value, names);
        if (text.isEmpty()) {
            return chart;
        }
        Map<String, Object> note = PlotlyJson.map("text", text, "showarrow", false, "font", PlotlyJson.map("size", 12));
        note.putAll(PlotlyJson.map(
                "xref", "paper", "x", 0, "xanchor", "left", "yref", "paper", "y", 1, "yanchor", "bottom"));
        return chart.withLayout("annotations", List.of(note));
    }

    private static Chart series(List<Map<String, Object>> traces, String xColumn, String yColumn) {
        if (traces.isEmpty()) {
            throw new IllegalArgumentException("no rows to draw over \"" + xColumn + "\"");
        }
        return new Chart(traces, Layouts.plain(Texts.axis(xColumn), Texts.axis(yColumn)));
    }
}
