package org.backbonelab.io;

/** Error texts on their way to a terminal or a log: they can hold names that a foreign file gave. */
public final class Messages {
    private static final int LONGEST = 20_000;

    private Messages() {}

    /** Returns a text whose control characters, save line breaks and tabs, are written as their number, and cut. */
    public static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.chars().limit(LONGEST).forEach(c -> {
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return text.length() <= LONGEST ? out.toString() : out + "... (" + text.length() + " characters)";
    }

    /** Returns a text as one line of printable characters. */
    public static String line(String text) {
        return printable(text.replaceAll("\\R", " "));
    }
}
