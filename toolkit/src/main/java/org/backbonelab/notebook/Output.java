package org.backbonelab.notebook;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One output of a cell: the same content in several forms, of which the front end shows the best it knows.
 *
 * @param data MIME type to text or, for JSON types, to maps, lists, numbers and strings
 * @param metadata what Jupyter stores beside the data
 */
record Output(Map<String, Object> data, Map<String, Object> metadata) {
    static final String TEXT = "text/plain";
    static final String HTML = "text/html";
    static final String PNG = "image/png";

    static Output html(String html, String text) {
        return of(HTML, html, text);
    }

    static Output markdown(String markdown) {
        return of("text/markdown", markdown, markdown);
    }

    private static Output of(String type, String content, String text) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(type, content);
        data.put(TEXT, text);
        return new Output(data, Map.of());
    }

    /** The form for readers of plain text, which every output has. */
    String text() {
        return String.valueOf(data.get(TEXT));
    }
}
