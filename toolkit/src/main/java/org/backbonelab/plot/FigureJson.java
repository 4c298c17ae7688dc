package org.backbonelab.plot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.traces.Trace;

/**
 * A figure as Plotly's JSON: an ordered map of {@code data}, {@code layout} and {@code config}.
 *
 * <p>Takes a {@link Chart} and any figure made with Tablesaw's own API. Tablesaw writes JavaScript, not JSON (bare
 * names, single quotes, trailing commas), which a lenient reader takes. Numbers that JSON lacks (NaN, infinities)
 * become null, and a title given as a string becomes {@code {text: ..}}, the only form that plotly.js 3 and later
 * show. The same figure gives the same text.
 */
public final class FigureJson {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(
                    JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES,
                    JsonReadFeature.ALLOW_SINGLE_QUOTES,
                    JsonReadFeature.ALLOW_TRAILING_COMMA,
                    JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS,
                    JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS,
                    JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER,
                    JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .build();

    private FigureJson() {}

    /**
     * The figure's data, layout and config.
     *
     * @throws IllegalArgumentException when a trace or layout writes what is no object literal
     */
    public static Map<String, Object> of(Figure figure) {
        Map<String, Object> json = figure instanceof Chart chart ? chart.json() : read(figure);
        return PlotlyJson.object(PlotlyJson.clean(json, FigureJson::objectTitles));
    }

    /** The figure as JSON text. */
    public static String text(Figure figure) {
        return PlotlyJson.write(of(figure));
    }

    /** The figure's title without markup, or "untitled". */
    public static String title(Figure figure) {
        return label(of(figure), "layout.title.text", "untitled");
    }

    /** One line for readers without pictures: title and axes. */
    public static String summary(Figure figure) {
        Map<String, Object> json = of(figure);
        return "[figure: " + label(json, "layout.title.text", "untitled") + "; x: "
                + label(json, "layout.xaxis.title.text", "-") + ", y: " + label(json, "layout.yaxis.title.text", "-")
                + "]";
    }

    private static String label(Map<String, Object> json, String path, String otherwise) {
        Object text = PlotlyJson.at(json, path);
        return text == null || text.toString().isBlank()
                ? otherwise
                : text.toString()
                        .replaceAll("<[^>]*>", " ")
                        .replaceAll("\\s+", " ")
                        .strip();
    }

    private static Map<String, Object> read(Figure figure) {
        List<Object> data = new ArrayList<>();
        for (Trace trace : figure.getTraces()) {
            data.add(object(trace.asJavascript(data.size())));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("data", data);
        json.put(
                "layout",
                figure.getLayout() == null
                        ? Map.of()
                        : object(figure.getLayout().asJavascript()));
        json.put(
                "config",
                figure.getConfig() == null
                        ? Map.of()
                        : object(figure.getConfig().asJavascript()));
        return json;
    }

    private static Map<String, Object> object(String javascript) {
        String literal = javascript.substring(javascript.indexOf('{'), javascript.lastIndexOf('}') + 1);
        try {
            return LENIENT.readValue(literal, new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not an object literal: " + literal, e);
        }
    }

    private static Map<String, Object> objectTitles(Map<String, Object> object) {
        if (object.get("title") instanceof String title) {
            object.put("title", PlotlyJson.map("text", title));
        }
        if (object.remove("titlefont") instanceof Map<?, ?> font) {
            object.put("title", PlotlyJson.with(PlotlyJson.object(object.get("title")), "font", font));
        }
        return object;
    }
}
