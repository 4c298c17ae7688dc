package org.backbonelab.io;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SHA-256 at the end of a JSON object in a line: {@code {..., "sha256": "..."}}.
 *
 * <p>It tells damage and a number that was changed by hand. It is no signature: who wants to forge can compute it, too.
 */
public final class Seal {
    private static final Pattern END = Pattern.compile(",\"sha256\":\"([0-9a-f]{64})\"}\\s*");

    private Seal() {}

    /** Returns the text of a JSON object with its seal. */
    public static String on(String json) {
        return json.substring(0, json.length() - 1) + ",\"sha256\":\"" + Sha256.hex(json) + "\"}";
    }

    /**
     * Returns the text without its seal.
     *
     * @param where named in the error
     * @throws IllegalArgumentException if there is no seal, or it is not that of the text
     */
    public static String opened(String text, String where) {
        int at = text.lastIndexOf(",\"sha256\":\"");
        Matcher end = END.matcher(at < 0 ? "" : text.substring(at));
        if (!end.matches()) {
            throw new IllegalArgumentException(where + ": has no checksum at its end, so it is not whole");
        }
        String json = text.substring(0, at) + "}";
        if (!Sha256.hex(json).equals(end.group(1))) {
            throw new IllegalArgumentException(
                    where + ": its checksum does not fit, so it was damaged or changed after it was written");
        }
        return json;
    }
}
