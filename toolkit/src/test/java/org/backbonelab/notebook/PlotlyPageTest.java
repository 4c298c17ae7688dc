package org.backbonelab.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
