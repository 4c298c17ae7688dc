package org.backbonelab.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;

/** Writes errors the way a notebook's reader needs them: the cell and line first, nothing of JShell or the kernel. */
final class ErrorText {
    /** Enough to see who called whom; a stack overflow has a thousand. */
    private static final int MAX_FRAMES = 20;

    private ErrorText() {}

    /** Place, message, source line and marker of each compile error. */
    static List<String> compileErrors(CellSource source, List<Diag> diagnostics) {
        List<String> lines = new ArrayList<>();
        for (Diag diagnostic : diagnostics) {
            if (diagnostic.isError()) {
                int position = (int) Math.max(0, diagnostic.getPosition());
                int line = source.lineAt(position);
                lines.add(source.place(line) + ": " + message(diagnostic));
                lines.add("    " + source.line(line));
                lines.add("    " + marker(source, position, (int) diagnostic.getEndPosition()));
            }
        }
        return lines;
    }

    /** The compiler's message on one line, without the location: that would be JShell's wrapper class. */
    private static String message(Diag diagnostic) {
        return diagnostic
                .getMessage(Locale.ENGLISH)
                .lines()
                .map(String::strip)
                .filter(line -> !line.startsWith("location:"))
                .map(line -> line.replaceFirst("^symbol:\\s+", ""))
                .collect(Collectors.joining(": "));
    }

    private static String marker(CellSource source, int position, int end) {
        int column = source.column(position);
        int rest = source.line(source.lineAt(position)).length() - column;
        return " ".repeat(column) + "^".repeat(Math.max(1, Math.min(end - position, rest)));
    }

    /** Exception, message, source line, frames and causes. */
    static List<String> trace(EvalException thrown, Map<String, CellSource> sources) {
        List<String> lines = new ArrayList<>();
        StackTraceElement[] enclosing = {};
        String prefix = "";
        String told = null;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            StackTraceElement[] frames = cause.getStackTrace();
            // Who wraps an error to say where it came about says its message again; what is new is a place in a cell.
            boolean repeats = told != null && cause.getMessage() != null && told.contains(cause.getMessage());
            if (repeats && !isNewPlace(frames, frames.length - common(frames, enclosing), sources)) {
                continue;
            }
            told = cause.getMessage();
            lines.addAll((prefix + describe(cause)).lines().toList());
            addSourceLine(lines, frames, sources);
            addFrames(lines, frames, frames.length - common(frames, enclosing), sources);
            enclosing = frames;
            prefix = "Caused by: ";
        }
        return lines;
    }

    private static boolean isNewPlace(StackTraceElement[] frames, int own, Map<String, CellSource> sources) {
        return Arrays.stream(frames, 0, own).anyMatch(frame -> source(frame, sources) != null);
    }

    private static String describe(Throwable cause) {
        String name = cause instanceof EvalException eval
                ? eval.getExceptionClassName()
                : cause.getClass().getName();
        return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
    }

    private static void addSourceLine(List<String> lines, StackTraceElement[] frames, Map<String, CellSource> sources) {
        for (StackTraceElement frame : frames) {
            CellSource source = source(frame, sources);
            if (source != null) {
                lines.add(source.place(frame.getLineNumber()) + ":  "
                        + source.line(frame.getLineNumber()).strip());
                return;
            }
        }
    }

    private static void addFrames(
            List<String> lines, StackTraceElement[] frames, int own, Map<String, CellSource> sources) {
        int shown = Math.min(own, MAX_FRAMES);
        for (int i = 0; i < shown; i++) {
            lines.add("    at " + frame(frames[i], sources));
        }
        if (shown < frames.length) {
            lines.add("    ... " + (frames.length - shown) + " more");
        }
    }

    /** How many frames at the end both traces share. */
    private static int common(StackTraceElement[] frames, StackTraceElement[] enclosing) {
        int count = 0;
        while (count < Math.min(frames.length, enclosing.length)
                && frames[frames.length - 1 - count].equals(enclosing[enclosing.length - 1 - count])) {
            count++;
        }
        return count;
    }

    private static String frame(StackTraceElement frame, Map<String, CellSource> sources) {
        CellSource source = source(frame, sources);
        if (source == null) {
            // toString() starts with loader and module, which say nothing here.
            String text = frame.toString();
            return text.substring(text.lastIndexOf('/', text.indexOf('(')) + 1);
        }
        String method = frame.getMethodName().startsWith("lambda$") ? "lambda" : frame.getMethodName();
        String name = frame.getClassName().isEmpty() ? method : frame.getClassName() + "." + method;
        String place = source.place(frame.getLineNumber());
        return name.isEmpty() ? place : name + " (" + place + ")";
    }

    /** JShell names the file of a snippet's frame {@code #} and the snippet's id. */
    private static CellSource source(StackTraceElement frame, Map<String, CellSource> sources) {
        String file = frame.getFileName();
        return file != null && file.startsWith("#") ? sources.get(file.substring(1)) : null;
    }
}
