package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

class PlotsTest {
    private static JsonNode json(Figure figure) {
        try {
            return new ObjectMapper().readTree(FigureJson.of(figure).text());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode trace(JsonNode figure, String name) {
        List<JsonNode> found = new ArrayList<>();
        figure.path("data").forEach(trace -> {
            if (trace.path("name").asText().equals(name) && !trace.has("fill")) {
                found.add(trace);
            }
        });
        assertEquals(1, found.size(), "traces named " + name);
        return found.get(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "heatmap",
                "lines",
                "lines over labels",
                "scatter",
                "logLog",
                "bars",
                "box",
                "boxes by group",
                "stacked bars",
                "ridge",
                "contour",
                "panels"
            })
    void everyFigureIsStrictJsonWithObjectTitlesAndTheSameEachTime(String kind) {
        Chart chart = Samples.all().get(kind).withTitle("A title").withYTitle("loss (nats)");
        JsonNode json = json(chart);
        assertTrue(json.path("data").size() > 0);
        assertEquals("A title", json.at("/layout/title/text").asText());
        assertEquals("loss (nats)", json.at("/layout/yaxis/title/text").asText());
        assertTrue(json.at("/layout/width").asInt() <= 900);
        String text = FigureJson.of(chart).text();
        assertFalse(text.contains("NaN"), text);
        Chart again = Samples.all().get(kind).withTitle("A title").withYTitle("loss (nats)");
        assertEquals(text, FigureJson.of(again).text());
        assertTrue(chart.asJavascript("place").contains("Plotly.newPlot"));
    }

    /** A training that diverged is shown as that, not as a number and not as a gap that nobody explains. */
    @Test
    void whatDivergedIsCalledSo() {
        Table means = Table.create(
                "t",
                StringColumn.create("backbone", "vit", "vit", "cnn"),
                StringColumn.create("optimizer", "sgd", "lion", "sgd"),
                DoubleColumn.create("top1", Double.NaN, 80, Double.NaN),
                DoubleColumn.create("diverged", 1, 0, 0),
                StringColumn.create("mark", "✗", "★", ""));
        JsonNode map = json(Plots.heatmap(means, "optimizer", "backbone", "top1", "mark"));
        assertEquals("diverged ✗", map.at("/layout/annotations/0/text").asText());
        assertEquals("–", map.at("/layout/annotations/1/text").asText());
        assertTrue(map.at("/data/0/z/0/0").isNull());
        JsonNode bars = json(Plots.bars(means, "optimizer", "top1", "backbone"));
        assertEquals("diverged: sgd vit", bars.at("/layout/annotations/0/text").asText());
        assertEquals(
                "diverged: vit",
                json(Plots.box(means, "backbone", "top1"))
                        .at("/layout/annotations/0/text")
                        .asText());
        Table rows = Table.create(
                "t",
                DoubleColumn.create("lr", 1, 2, 3, 4, 5, 6),
                StringColumn.create("optimizer", "a", "a", "a", "a", "a", "a"),
                StringColumn.create("status", "OK", "DIVERGED", "DIVERGED", "DIVERGED", "DIVERGED", "DIVERGED"),
                DoubleColumn.create("top1", 50, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
        assertEquals(
                "diverged: a 2, a 3, a 4, a 5 and 1 more",
                json(Plots.lines(rows, "lr", "top1", "optimizer"))
                        .at("/layout/annotations/0/text")
                        .asText());
        assertTrue(json(Plots.lines(rows.first(1), "lr", "top1", "optimizer"))
                .at("/layout/annotations")
                .isMissingNode());
    }

    @Test
    void heatmapHasRowsTopDownTextsAndBlanks() {
        JsonNode json = json(Samples.all().get("heatmap"));
        JsonNode map = json.at("/data/0");
        assertEquals("[\"sgd\",\"lion\"]", map.path("x").toString());
        assertEquals("[\"resnet\",\"vit\"]", map.path("y").toString());
        assertEquals("[[81.26,79.5],[64.04,null]]", map.path("z").toString());
        assertEquals(
                "[[\"81.3\",\"79.5\"],[\"64.0\",\"– ▽\"]]", map.path("text").toString());
        assertEquals("reversed", json.at("/layout/yaxis/autorange").asText());
        assertEquals(1, json.at("/layout/annotations").size());
        assertEquals("– ▽", json.at("/layout/annotations/0/text").asText());
        assertEquals("lion", json.at("/layout/annotations/0/x").asText());
    }

    @Test
    void linesRunInTheOrderOfXWithGapsAndBandsBelow() {
        JsonNode json = json(Samples.all().get("lines"));
        JsonNode line = trace(json, "a");
        assertEquals("[1.0E9,1.0E10,1.0E11]", line.path("x").toString());
        assertEquals("[2.0,1.0,null]", line.path("y").toString());
        JsonNode band = json.at("/data/0");
        assertEquals("toself", band.path("fill").asText());
        assertEquals("[1.0E9,1.0E10,1.0E10,1.0E9]", band.path("x").toString());
        assertEquals("[2.2,1.2,0.9,1.9]", band.path("y").toString());
    }

    @Test
    void labelsGetErrorBarsAroundTheValue() {
        for (String kind : List.of("lines over labels", "bars")) {
            JsonNode bar = trace(json(Samples.all().get(kind)), "sgd").path("error_y");
            assertEquals(1.74, bar.at("/array/0").asDouble(), 1e-9, kind);
            assertEquals(1.26, bar.at("/arrayminus/0").asDouble(), 1e-9, kind);
        }
    }

    @Test
    void logLogHasLogarithmicAxesFitAndFrontier() {
        JsonNode json = json(Samples.all().get("logLog"));
        assertEquals("log", json.at("/layout/xaxis/type").asText());
        assertEquals("log", json.at("/layout/yaxis/type").asText());
        assertEquals("[2.0,1.0]", trace(json, "power law").path("y").toString());
        assertEquals("circle-open", trace(json, "frontier").at("/marker/symbol").asText());
        assertTrue(json(Samples.all().get("scatter")).at("/layout/xaxis/type").isMissingNode());
    }

    @Test
    void twoFitsOfAFigureAreToldApart() {
        Chart one = Plots.logLog(Samples.curves(), "macs", "loss", "model").withFit(Samples.fit(), "power law");
        JsonNode json = json(one.withFit(Samples.fit(), "floor"));
        assertNotEquals(
                trace(json, "power law").path("line"), trace(json, "floor").path("line"));
    }

    @Test
    void barsStandSideBySideAndBoxesHoldTheirValues() {
        JsonNode bars = json(Samples.all().get("bars"));
        assertEquals("group", bars.at("/layout/barmode").asText());
        assertEquals("[81.26,64.04]", trace(bars, "sgd").path("y").toString());
        JsonNode box = trace(json(Samples.all().get("box")), "resnet");
        assertEquals("[81.26,79.5]", box.path("y").toString());
    }

    @Test
    void aWideHeatmapHasMarksBelowSmallNumbers() {
        JsonNode json = json(Plots.heatmap(Samples.wide(), "backbone", "optimizer", "top1", "mark"));
        assertEquals("99.0<br>★", json.at("/data/0/text/1/19").asText());
        assertEquals("–<br>✗", json.at("/layout/annotations/0/text").asText());
        assertEquals(900, json.at("/layout/width").asInt());
        assertTrue(json.at("/data/0/textfont/size").asInt()
                < json(Samples.all().get("heatmap")).at("/data/0/textfont/size").asInt());
    }

    @Test
    void boxesOfAGroupShareColourAndLegend() {
        Palette.start();
        JsonNode json = json(Plots.box(Samples.curves(), "macs", "loss", "model"));
        assertEquals(3, json.path("data").size());
        assertEquals("true", json.at("/data/0/showlegend").asText());
        assertEquals("false", json.at("/data/1/showlegend").asText());
        assertEquals(json.at("/data/0/line/color"), json.at("/data/1/line/color"));
        assertEquals("a", json.at("/data/0/name").asText());
    }

    @Test
    void stackedBarsLieInTheTablesOrder() {
        JsonNode json = json(Samples.all().get("stacked bars"));
        assertEquals("[\"resnet\",\"vit\"]", trace(json, "lion").path("y").toString());
        assertEquals("[79.5,null]", trace(json, "lion").path("x").toString());
        assertEquals("stack", json.at("/layout/barmode").asText());
        assertEquals("reversed", json.at("/layout/yaxis/autorange").asText());
        var twice = assertThrows(
                IllegalArgumentException.class, () -> Plots.stackedBars(Samples.curves(), "model", "loss", "model"));
        assertTrue(twice.getMessage().contains("3 rows for (a, a)"), twice.getMessage());
    }

    /** 2 is the lowest value and 6 the highest that is drawn in full: nine values have no 98th percentile below it. */
    @Test
    void ridgesStandInOrderOnOneScale() {
        JsonNode json = json(Samples.all().get("ridge"));
        assertEquals("[2,1,0]", json.at("/layout/yaxis/tickvals").toString());
        assertEquals("adan  84.7", json.at("/layout/yaxis/ticktext/0").asText());
        assertTrue(json.at("/layout/yaxis/ticktext/1").asText().contains("color"));
        assertEquals("none", json.at("/layout/yaxis/ticktext/2").asText());
        JsonNode best = trace(json, "adan");
        assertEquals("[0.0,2.0]", best.path("x").toString());
        assertEquals("[2.4,2.8]", best.path("y").toString());
        assertEquals("[3.0,4.0]", best.path("customdata").toString());
        assertEquals("[1.0,1.4,2.6]", trace(json, "sgd").path("y").toString());
        assertEquals("[0.0,0.0,0.0]", trace(json, "none").path("y").toString());
        assertNotEquals(best.at("/line/color"), trace(json, "sgd").at("/line/color"));
        assertEquals(best.at("/line/color"), trace(json, "none").at("/line/color"));
        assertEquals("6", json.at("/layout/annotations/1/text").asText());
    }

    @Test
    void panelsShareLevelsAndColours() {
        JsonNode json = json(Samples.all().get("panels"));
        assertEquals(json.at("/data/0/contours"), json.at("/data/1/contours"));
        assertEquals(0, json.at("/layout/coloraxis/cmin").asDouble());
        assertEquals(10, json.at("/layout/coloraxis/cmax").asDouble());
        assertEquals("x2", json.at("/data/1/xaxis").asText());
        assertEquals("SAM", json.at("/layout/annotations/1/text").asText());
        JsonNode narrow = json(Samples.panels().withColorRange(1, 2));
        assertEquals(2, narrow.at("/layout/coloraxis/cmax").asDouble());
        assertEquals(0.05, narrow.at("/data/1/contours/size").asDouble(), 1e-9);
    }

    @Test
    void contourLeavesMissingPointsBlank() {
        JsonNode json = json(Samples.contour());
        assertEquals("[[0.5,1.0,4.5],[null,2.0,3.0]]", json.at("/data/0/z").toString());
        assertEquals("loss", json.at("/layout/title/text").asText());
        assertEquals(0.2, json.at("/data/0/contours/size").asDouble(), 1e-9);
    }

    @Test
    void aSeriesKeepsItsColourAcrossFigures() {
        Palette.start("b", "a");
        JsonNode lines = json(Plots.lines(Samples.curves(), "macs", "loss", "model"));
        JsonNode points = json(Plots.scatter(Samples.curves(), "macs", "loss", "model"));
        assertEquals("#0072B2", trace(lines, "b").at("/line/color").asText());
        assertEquals("#0072B2", trace(points, "b").at("/marker/color").asText());
        assertNotEquals(
                trace(points, "a").at("/marker/color"), trace(points, "b").at("/marker/color"));
    }

    @Test
    void aLongTitleIsBrokenAndGetsRoom() {
        Chart chart = Plots.box(Samples.pairs(), "backbone", "top1").withTitle("one");
        Chart wide = chart.withTitle("long words ".repeat(12).strip());
        assertTrue(json(wide).at("/layout/title/text").asText().contains("<br>"));
        assertTrue(json(wide).at("/layout/margin/t").asInt()
                > json(chart).at("/layout/margin/t").asInt());
    }

    @Test
    void mistakesAreNamed() {
        var unknown = assertThrows(
                IllegalArgumentException.class, () -> Plots.lines(Samples.curves(), "epoch", "loss", "model"));
        assertTrue(unknown.getMessage().contains("\"epoch\"")
                && unknown.getMessage().contains("macs, loss"));
        var text = assertThrows(
                IllegalArgumentException.class, () -> Plots.lines(Samples.curves(), "macs", "model", "model"));
        assertTrue(text.getMessage().contains("must hold numbers"), text.getMessage());
        var twice = assertThrows(
                IllegalArgumentException.class, () -> Plots.heatmap(Samples.curves(), "model", "model", "loss"));
        assertTrue(twice.getMessage().contains("3 rows for (a, a)"), twice.getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> new Surface("s", new double[2], new double[1], new double[1][3]));
        assertThrows(
                IllegalArgumentException.class, () -> Plots.box(Samples.pairs().emptyCopy(), "backbone", "top1"));
    }

    @Test
    void aPictureIsAFigureOfItsSizeWithThePixelsOfThePng() {
        BufferedImage picture = new BufferedImage(300, 100, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(7, 5, 0x123456);
        JsonNode figure = json(Plots.image(picture).withTitle("one line"));
        assertEquals("image", figure.at("/data/0/type").asText());
        String source = figure.at("/data/0/source").asText();
        assertEquals("data:image/png;base64," + Base64.getEncoder().encodeToString(Pictures.png(picture)), source);
        JsonNode margin = figure.at("/layout/margin");
        int beside = margin.path("l").asInt() + margin.path("r").asInt();
        int above = margin.path("t").asInt() + margin.path("b").asInt();
        assertEquals(picture.getWidth() + beside, figure.at("/layout/width").asInt());
        assertEquals(picture.getHeight() + above, figure.at("/layout/height").asInt());
        assertFalse(figure.at("/layout/xaxis/visible").asBoolean());
    }
}
