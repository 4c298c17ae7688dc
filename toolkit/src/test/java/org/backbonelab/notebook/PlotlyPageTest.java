package org.backbonelab.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.plot.Chart;
import org.backbonelab.plot.Plots;
import org.backbonelab.plot.Samples;
import org.backbonelab.plot.TestPage;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The HTML of figures in a real page, where a browser is there. */
class PlotlyPageTest {
    /** As in the classic notebook, where RequireJS would take plotly.js for a module and keep it from the page. */
    private static final String REQUIRE_JS =
            "<script>var taken = 0; function define() { taken++; } define.amd = {};</script>";

    private static String html(Output output) {
        return (String) output.data().get(Output.HTML);
    }

    @Test
    void figuresAreDrawnOverTheirPicturesEvenBesideRequireJs() throws Exception {
        Output figure = PlotlyPage.figure(
                Plots.box(Samples.pairs(), "backbone", "top1").withTitle("it's </script> & <!-- more"));
        assertEquals(2, html(figure).split("</script>", -1).length, "only the script's own end");
        String page = REQUIRE_JS + html(PlotlyPage.library()) + html(figure) + html(figure);
        var seen = TestPage.evaluate(
                page,
                "document.querySelectorAll('.js-plotly-plot').length == 2",
                "[window.taken, document.images.length, document.querySelectorAll('.gtitle').length]");
        Assumptions.assumeTrue(seen.isPresent(), "no Chromium on the PATH");
        assertEquals("0,0,2", seen.get(), "modules defined, pictures left, titles drawn");
    }

    @Test
    void withoutPlotlyThePictureStays() throws Exception {
        Output figure = PlotlyPage.figure(Plots.box(Samples.pairs(), "backbone", "top1"));
        assertEquals(figure.data().containsKey(Output.PNG), html(figure).contains("<img src=\"data:image/png;base64,"));
        var seen = TestPage.evaluate(
                html(figure), "document.images.length > 0 && document.images[0].complete", "document.images[0].width");
        Assumptions.assumeTrue(seen.isPresent(), "no Chromium on the PATH");
        assertEquals("650", seen.get());
    }

    /** With the argument that the slider's step itself has, as when it is moved. */
    @Test
    void aSliderChangesTracesTitleAndAnnotationsInThePage() throws Exception {
        Map<String, Chart> states = new LinkedHashMap<>();
        states.put("plain", Samples.all().get("scatter").withTitle("Without SAM"));
        states.put(
                "<img src=x onerror=top.hacked=1>", Samples.all().get("heatmap").withTitle("With SAM"));
        String page = html(PlotlyPage.library()) + html(PlotlyPage.figure(Plots.play("rho", states, "plain")));
        String gd = "document.querySelector('.js-plotly-plot')";
        String drawn = "(() => { const d = " + gd + "; if (!d || !d._fullLayout) return false;"
                + " if (!window.first) { window.first = d._fullLayout.title.text;"
                + " window.Plotly.animate(d, ...d.layout.sliders[0].steps[1].args).then(() => window.moved = true); }"
                + " return window.moved; })()";
        var seen = TestPage.evaluate(
                page,
                drawn,
                "[window.first, " + gd + "._fullLayout.title.text, " + gd + "._fullData.filter(t => t.visible)"
                        + ".map(t => t.type), " + gd + "._fullLayout.annotations.length > 0, window.top.hacked]");
        Assumptions.assumeTrue(seen.isPresent(), "no Chromium on the PATH");
        assertEquals("Without SAM,With SAM,heatmap,true,", seen.get());
    }
}
