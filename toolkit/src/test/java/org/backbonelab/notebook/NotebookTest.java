package org.backbonelab.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.backbonelab.plot.Chart;
import org.backbonelab.plot.Pictures;
import org.backbonelab.plot.Plots;
import org.backbonelab.plot.Samples;
import org.backbonelab.study.Results;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NotebookTest {
    private static Chart figure() {
        return Plots.box(Samples.pairs(), "backbone", "top1").withTitle("Top </script> 1");
    }

    /** These tests are about outputs; StaticImageTest is about pictures. */
    @BeforeEach
    void withoutPictures() {
        System.setProperty("BACKBONELAB_PNG", "off");
    }

    @AfterEach
    void withPictures() {
        System.clearProperty("BACKBONELAB_PNG");
        BaseKernel.set(null);
    }

    private static String printed(Runnable action) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFigureComesInFourFormsAfterTheLibraryAndThatOnlyOnce() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            Notebook.show(figure());
            Notebook.show(figure());
            assertEquals(3, kernel.sent.size());
            JsonNode library = kernel.shown().get(0);
            assertEquals("plotly-library", library.at("/metadata/backbonelab").asText());
            assertTrue(library.at("/data/text~1html").asText().contains("if(!window.Plotly"));
            JsonNode data = kernel.shown().get(1).path("data");
            assertEquals(
                    "box",
                    data.at("/application~1vnd.plotly.v1+json/data/0/type").asText());
            String html = data.path("text/html").asText();
            assertEquals(1, html.split("</script>", -1).length - 1, "the title must not end the script");
            assertTrue(html.startsWith("<div id=\"fig-"));
            assertTrue(data.path("text/plain").asText().startsWith("[figure: Top"));
            assertTrue(data.path("text/plain")
                    .asText()
                    .endsWith("(no static image: switched off by" + " BACKBONELAB_PNG=off)"));
            assertFalse(data.has("image/png"));
            assertEquals(data, kernel.shown().get(2).path("data"), "the same figure, the same output");
        }
    }

    @Test
    void theStaticPictureStandsInTheHtmlAndBesideIt() {
        System.clearProperty("BACKBONELAB_PNG");
        try (RecordingKernel kernel = new RecordingKernel()) {
            Notebook.show(figure());
            JsonNode shown = kernel.shown().get(1);
            String png = shown.at("/data/image~1png").asText();
            String html = shown.at("/data/text~1html").asText();
            boolean drawn = !png.isEmpty();
            assertEquals(!drawn, shown.at("/data/text~1plain").asText().contains("no static image"));
            assertEquals(drawn, html.contains("<img src=\"data:image/png;base64," + png + "\" alt=\"Top"));
            assertEquals(drawn ? 650 : 0, shown.at("/metadata/image~1png/width").asInt());
        }
    }

    @Test
    void tablesImagesMarkdownAndText() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            Notebook.show(Samples.pairs());
            Notebook.show(Pictures.gray(new float[] {0, 1}, 1, 2, 1));
            Notebook.showMarkdown("**claim** $x^2$");
            Notebook.show("<b>plain</b>");
            Notebook.show(List.of(1, 2));
            Notebook.show(new double[][] {{1, 2}, {3}});
            List<JsonNode> data =
                    kernel.sent.stream().map(RecordingKernel.Sent::data).toList();
            assertTrue(data.get(0).path("text/html").asText().startsWith("<table"));
            assertTrue(data.get(0).path("text/plain").asText().contains("81.26"));
            assertTrue(data.get(1).path("image/png").asText().startsWith("iVBOR"));
            assertEquals("**claim** $x^2$", data.get(2).path("text/markdown").asText());
            assertEquals("{\"text/plain\":\"<b>plain</b>\"}", data.get(3).toString());
            assertEquals("[1, 2]", data.get(4).path("text/plain").asText());
            assertEquals("[[1.0, 2.0], [3.0]]", data.get(5).path("text/plain").asText());
        }
    }

    /** The kernel's own renderer, which is asked about the value that ends a cell. */
    @Test
    void valuesThatEndACellLookAsShowWouldShowThem() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            Notebook.renderValues();
            assertTrue(
                    rendered(kernel, Samples.pairs()).path("text/html").asText().startsWith("<table"));
            JsonNode results = rendered(kernel, new Results("none yet", List.of()));
            assertTrue(results.path("text/html").asText().contains("none yet"), results.toString());
            JsonNode chart = rendered(kernel, figure());
            assertTrue(chart.has("application/vnd.plotly.v1+json"));
            assertEquals(
                    "plotly-library",
                    kernel.shown().get(0).at("/metadata/backbonelab").asText());
            assertTrue(rendered(kernel, Pictures.gray(new float[] {0, 1}, 1, 2, 1))
                    .path("image/png")
                    .asText()
                    .startsWith("iVBOR"));
            assertEquals(
                    "[1, 2]",
                    rendered(kernel, new int[] {1, 2}).path("text/plain").asText());
            assertEquals(
                    "[a, [b]]",
                    rendered(kernel, new Object[] {"a", new String[] {"b"}})
                            .path("text/plain")
                            .asText());
            JsonNode path = rendered(kernel, Path.of("/home/somebody/results.csv"));
            assertEquals("{\"text/plain\":\"results.csv\"}", path.toString());
            assertEquals("{\"text/plain\":\"5\"}", rendered(kernel, 5).toString());
        }
    }

    private static JsonNode rendered(RecordingKernel kernel, Object value) {
        try {
            return new ObjectMapper()
                    .readTree(new Gson().toJson(kernel.getRenderer().render(value)))
                    .path("data");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void liveOutputsAreUpdatedUnderTheirId() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            Live first = Notebook.live("one");
            Live second = Notebook.live("two");
            first.update("three");
            assertEquals("update_display_data", kernel.sent.get(2).type());
            JsonNode id = kernel.sent.get(0).content().at("/transient/display_id");
            assertFalse(id.asText().isEmpty());
            assertEquals(id, kernel.sent.get(2).content().at("/transient/display_id"));
            assertFalse(id.equals(kernel.sent.get(1).content().at("/transient/display_id")));
            assertEquals("three", kernel.sent.get(2).data().path("text/plain").asText());
            second.update(figure());
            assertEquals(5, kernel.sent.size(), "the library comes before an update with a figure");
        }
    }

    @Test
    void jjavaGetsTheSame() {
        BaseKernel kernel = new BaseKernel();
        BaseKernel.set(kernel);
        Page.forgetLibrary();
        Notebook.show(figure());
        Live live = Notebook.live("one");
        live.update("two");
        var shown = kernel.getIO().display.shown;
        assertEquals(3, shown.size());
        assertEquals("plotly-library", shown.get(0).metadata.get("backbonelab"));
        assertEquals(
                List.of("application/vnd.plotly.v1+json", "text/html", "text/plain"),
                List.copyOf(shown.get(1).data.keySet()));
        var update = kernel.getIO().display.updated.get(0);
        assertEquals("two", update.data.get("text/plain"));
        assertEquals(shown.get(2).transients, update.transients);
    }

    @Test
    void outsideAKernelTextIsPrinted() {
        assertEquals("[figure: Top 1; x: backbone, y: top1]\n", printed(() -> Notebook.show(figure())));
        assertTrue(printed(() -> Notebook.show(Samples.pairs())).contains("resnet"));
        assertEquals("a\nb\n", printed(() -> Notebook.live("a").update("b")));
    }
}
