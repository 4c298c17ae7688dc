package org.backbonelab.notebook;

import java.util.Base64;

/** Text and bytes as they stand within a page. */
final class Markup {
    private Markup() {}

    /** Text as it stands between HTML tags or in a quoted attribute. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
