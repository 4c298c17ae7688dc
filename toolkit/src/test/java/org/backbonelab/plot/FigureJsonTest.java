package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.api.Histogram;
import tech.tablesaw.plotly.api.ScatterPlot;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Config;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.HeatmapTrace;

/** Figures made with Tablesaw's own components. */
class FigureJsonTest {
    @Test
    void readsWhatTablesawWrites() {
        Table table = Table.create(
                "t",
                DoubleColumn.create("x", 1, 2, 3),
                DoubleColumn.create("y", 4, Double.NaN, 6),
                StringColumn.create("g", "it's", "b", "b"));
        Map<String, Object> scatter = FigureJson.of(ScatterPlot.create("Loss </script>", table, "x", "y", "g"));
        assertEquals(2, ((List<?>) scatter.get("data")).size());
        assertEquals("scatter", PlotlyJson.at(first(scatter), "type"));
        assertEquals("x", PlotlyJson.at(scatter, "layout.xaxis.title.text"));
        Map<String, Object> histogram = FigureJson.of(Histogram.create("Counts", table, "x"));
        assertEquals("histogram", PlotlyJson.at(first(histogram), "type"));
        assertEquals("Counts", PlotlyJson.at(histogram, "layout.title.text"));
        assertFalse(FigureJson.text(ScatterPlot.create("a", table, "x", "y")).contains(":NaN"));
    }

    @Test
    void missingNumbersBecomeNullAndFontsMoveIntoTheTitle() {
        double[][] z = {{1, Double.NaN}, {3, 4}};
        HeatmapTrace heat = HeatmapTrace.builder(new Object[] {"a", "b"}, new Object[] {"c", "d"}, z)
                .build();
        Layout layout = Layout.builder("Heat", "across")
                .titleFont(
                        tech.tablesaw.plotly.components.Font.builder().size(30).build())
                .yAxis(Axis.builder().title("up").build())
                .build();
        Map<String, Object> json = FigureJson.of(
                new Figure(layout, Config.builder().displayModeBar(false).build(), heat));
        List<?> rows = (List<?>) PlotlyJson.at(first(json), "z");
        assertNull(((List<?>) rows.get(0)).get(1));
        assertEquals(30, PlotlyJson.at(json, "layout.title.font.size"));
        assertEquals("up", PlotlyJson.at(json, "layout.yaxis.title.text"));
        assertEquals(false, PlotlyJson.at(json, "config.displayModeBar"));
    }

    @Test
    void aFigureWithoutLayoutHasNoTitle() {
        Figure bare = new Figure(
                BarTrace.builder(new Object[] {"a"}, new double[] {1}).build());
        assertEquals("[figure: untitled; x: -, y: -]", FigureJson.summary(bare));
        Chart chart = Plots.box(Samples.pairs(), "backbone", "top1").withTitle("<b>Top</b> 1");
        assertEquals("[figure: Top 1; x: backbone, y: top1]", FigureJson.summary(chart));
    }

    private static Map<String, Object> first(Map<String, Object> figure) {
        return PlotlyJson.object(((List<?>) figure.get("data")).get(0));
    }
}
