package org.backbonelab.plot;

import java.util.ArrayList;
import java.util.List;

/** Text for figures. */
final class Texts {
    private Texts() {}

    /** Breaks text at spaces into lines of at most {@code width} characters. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** A column's name as an axis title. */
    static String axis(String column) {
        return column.replace('_', ' ');
    }
}
