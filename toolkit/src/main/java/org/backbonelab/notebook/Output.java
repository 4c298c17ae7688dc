package org.backbonelab.notebook;

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

    /** The form for readers of plain text, which every output has. */
    String text() {
        return String.valueOf(data.get(TEXT));
    }
}
