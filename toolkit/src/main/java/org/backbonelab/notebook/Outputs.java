package org.backbonelab.notebook;

import java.awt.image.BufferedImage;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.backbonelab.plot.FigureJson;
import org.backbonelab.plot.Pictures;
import org.backbonelab.study.Results;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/** The output that an object becomes. */
final class Outputs {
    private Outputs() {}

    static Output of(Object x) {
        if (x instanceof Output output) {
            return output;
        }
        if (x instanceof Figure figure) {
            // Drawing takes a browser, which printed text can do without.
            return Screen.current().isNotebook()
                    ? PlotlyPage.figure(figure)
                    : new Output(Map.of(Output.TEXT, FigureJson.of(figure).summary()), Map.of());
        }
        if (x instanceof Table table) {
            return Output.html(TableHtml.html(table), TableHtml.text(table));
        }
        if (x instanceof Results results) {
            return of(results.table());
        }
        if (x instanceof Path path) {
            // Where a file lies on this machine is no result, and would make stored outputs differ.
            return new Output(Map.of(Output.TEXT, String.valueOf(path.getFileName())), Map.of());
        }
        if (x instanceof BufferedImage image) {
            return image(image);
        }
        return new Output(Map.of(Output.TEXT, text(x)), Map.of());
    }

    private static Output image(BufferedImage image) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(Output.PNG, Markup.base64(Pictures.png(image)));
        data.put(Output.TEXT, "[image: " + image.getWidth() + " x " + image.getHeight() + " pixels]");
        return new Output(data, Map.of());
    }

    /** An array's own text is its identity, which differs in every run; its elements are what is meant. */
    private static String text(Object x) {
        if (x == null || !x.getClass().isArray()) {
            return String.valueOf(x);
        }
        StringJoiner elements = new StringJoiner(", ", "[", "]");
        for (int i = 0; i < Array.getLength(x); i++) {
            elements.add(text(Array.get(x, i)));
        }
        return elements.toString();
    }
}
