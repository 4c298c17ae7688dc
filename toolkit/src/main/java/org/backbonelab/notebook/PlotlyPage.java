package org.backbonelab.notebook;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.backbonelab.io.Sha256;
import org.backbonelab.plot.FigureJson;
import org.backbonelab.plot.PlotlyScript;
import org.backbonelab.plot.StaticImage;
import tech.tablesaw.plotly.components.Figure;

/**
 * Figures in a notebook page without a network.
 *
 * <p>plotly.js is sent once, packed, and unpacked by the browser. A figure's HTML shows its static picture until
 * plotly.js is there, and for good where scripts do not run (GitHub, a notebook not trusted).
 */
final class PlotlyPage {
    private static final int DEFAULT_WIDTH = 700;

    private PlotlyPage() {}

    /** The output that gives the page {@code window.Plotly}; its metadata lets tools find and remove it. */
    static Output library() {
        // Function's parameters hide the loaders of RequireJS and CommonJS, to which plotly.js would go otherwise.
        String script = "if(!window.Plotly&&!window.backbonelabPlotly){window.backbonelabPlotly=(async()=>{"
                + "const packed=Uint8Array.from(atob(\"" + Markup.base64(gzip(PlotlyScript.bytes()))
                + "\"),c=>c.charCodeAt(0));"
                + "const stream=new Blob([packed]).stream().pipeThrough(new DecompressionStream(\"gzip\"));"
                + "const text=await new Response(stream).text();"
                + "new Function(\"define\",\"exports\",\"module\",text).call(window);})();}";
        Output output = Output.html("<script>" + script + "</script>", "[plotly.js for the figures below]");
        return new Output(output.data(), Map.of("backbonelab", "plotly-library"));
    }

    static Output figure(Figure figure) {
        FigureJson json = FigureJson.of(figure);
        Optional<byte[]> png = StaticImage.png(json);
        String text = json.summary() + (png.isPresent() ? "" : "\n(no static image: " + StaticImage.problem() + ")");
        int width =
                json.content().get("layout") instanceof Map<?, ?> layout && layout.get("width") instanceof Number number
                        ? number.intValue()
                        : DEFAULT_WIDTH;
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("application/vnd.plotly.v1+json", json.content());
        data.put(Output.HTML, html(json.text(), png.map(bytes -> image(bytes, json.title(), width))));
        png.ifPresent(bytes -> data.put(Output.PNG, Markup.base64(bytes)));
        data.put(Output.TEXT, text);
        // The picture has twice the pixels of the figure, for sharp print and screens.
        return new Output(data, png.isPresent() ? Map.of(Output.PNG, Map.of("width", width)) : Map.of());
    }

    private static String image(byte[] png, String title, int width) {
        return "<img src=\"data:image/png;base64," + Markup.base64(png) + "\" alt=\"" + Markup.escape(title)
                + "\" width=\"" + width + "\">";
    }

    /** The same figure may stand in a page twice, hence all elements of its id; plotly.js may come a little later. */
    private static String html(String json, Optional<String> image) {
        String id = "fig-" + Sha256.hex(json).substring(0, 12);
        return "<div id=\"" + id + "\">" + image.orElse("") + "</div>\n<script>(function(){var f="
                + json.replace("</", "<\\/").replace("<!--", "<\\!--")
                + ",tries=0;(function draw(){if(!window.Plotly){if(tries++<600)setTimeout(draw,100);return;}"
                + "document.querySelectorAll('[id=\"" + id + "\"]').forEach(function(d){if(d.backbonelab)return;"
                + "d.backbonelab=true;d.innerHTML='';Plotly.newPlot(d,f);});})();})();</script>";
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
