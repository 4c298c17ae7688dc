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
 *
 * @param content data, layout and config as maps, lists, numbers and strings
 * @param text the content as JSON
 */
public record FigureJson(Map<String, Object> content, String text) {
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

    /**
     * Converts a figure.
     *
     * @throws IllegalArgumentException when a trace or layout writes what is no object literal
     */
    public static FigureJson of(Figure figure) {
        Map<String, Object> content =
                PlotlyJson.object(figure instanceof Chart chart ? chart.json() : PlotlyJson.clean(read(figure)));
        return new FigureJson(content, PlotlyJson.write(content));
    }

    /** The title without markup, or "untitled". */
    public String title() {
        return label("layout.title.text", "untitled");
    }

    /** One line for readers without pictures: title and axes. */
    public String summary() {
        return "[figure: " + title() + "; x: " + label("layout.xaxis.title.text", "-") + ", y: "
                + label("layout.yaxis.title.text", "-") + "]";
    }

    private String label(String path, String otherwise) {
        Object found = PlotlyJson.at(content, path);
        return found == null || found.toString().isBlank()
                ? otherwise
                : found.toString()
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
}
