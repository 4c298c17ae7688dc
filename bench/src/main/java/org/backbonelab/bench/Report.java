package org.backbonelab.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The Markdown report: shown as it grows, and written to its file after every part. */
final class Report {
    private final StringBuilder text = new StringBuilder();
    private final PrintStream screen;
    private final Path file;

    Report(PrintStream screen, Path file) {
        this.screen = screen;
        this.file = file;
    }

    void heading(int level, String title) {
        add("#".repeat(level) + " " + title + "\n\n");
    }

    void paragraph(String words) {
        add(words + "\n\n");
    }

    void bullets(List<String> items) {
        items.forEach(item -> add("- " + item + "\n"));
        add("\n");
    }

    void table(List<String> head, List<List<String>> rows) {
        add(line(head));
        add(line(Collections.nCopies(head.size(), "---")));
        rows.forEach(row -> add(line(row)));
        add("\n");
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    static String ratio(double a, double b) {
        return String.format(Locale.ROOT, "%.3f", a / b);
    }

    static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private void add(String words) {
        screen.print(words);
        screen.flush();
        text.append(words);
        try {
            Files.writeString(file, text.toString().strip() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }
}
