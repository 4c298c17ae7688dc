package org.backbonelab.kernel;

import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Documentation;
import jdk.jshell.SourceCodeAnalysis.Suggestion;

/**
 * Completion, documentation and completeness of code that is being typed.
 *
 * <p>Positions come from Jupyter in Unicode characters, as the protocol counts them.
 */
final class CodeAssist {
    /** What a front end asks before it runs a cell at the press of Enter. */
    enum Completeness {
        COMPLETE,
        INCOMPLETE,
        INVALID
    }

    private final SourceCodeAnalysis analysis;
    private final Function<String, List<String>> names;

    /**
     * Answers for a shell.
     *
     * @param names gives the strings that a call takes, by what stands before its parenthesis
     */
    CodeAssist(SourceCodeAnalysis analysis, Function<String, List<String>> names) {
        this.analysis = analysis;
        this.names = names;
    }

    /** What may stand at the position, best match of type first; within a string, what the call around it takes. */
    ReplacementOptions complete(String code, int at) {
        int cursor = code.offsetByCodePoints(0, at);
        Optional<OpenString> string = OpenString.at(code, cursor);
        return string.isPresent() ? completeString(string.get(), at) : completeCode(code, at, cursor);
    }

    private ReplacementOptions completeString(OpenString string, int at) {
        String typed = string.text();
        List<String> texts = names.apply(string.call()).stream()
                .filter(name -> name.startsWith(typed))
                .toList();
        return new ReplacementOptions(texts, at - typed.codePointCount(0, typed.length()), at);
    }

    private ReplacementOptions completeCode(String code, int at, int cursor) {
        int start = snippetStart(code, cursor);
        int[] anchor = new int[1];
        List<Suggestion> suggestions = analysis.completionSuggestions(code.substring(start), cursor - start, anchor);
        List<String> texts = suggestions.stream()
                .sorted((a, b) -> Boolean.compare(b.matchesType(), a.matchesType()))
                .map(Suggestion::continuation)
                .distinct()
                .toList();
        int from = suggestions.isEmpty() ? at : code.codePointCount(0, start + anchor[0]);
        return new ReplacementOptions(texts, from, at);
    }

    /** Signatures and Javadoc, or the type, of what stands at the position; null if nothing is known of it. */
    DisplayData inspect(String code, int at) {
        int cursor = identifierEnd(code, code.offsetByCodePoints(0, at));
        String snippet = code.substring(snippetStart(code, cursor), cursor);
        String text = documentation(snippet);
        if (text.isEmpty()) {
            // JShell documents a method only from within its parentheses.
            text = documentation(snippet + "(");
        }
        if (text.isEmpty()) {
            text = analysis.analyzeType(snippet, snippet.length());
        }
        return text == null || text.isEmpty() ? null : new DisplayData(text);
    }

    private String documentation(String snippet) {
        return analysis.documentation(snippet, snippet.length(), true).stream()
                .map(CodeAssist::describe)
                .distinct()
                .collect(Collectors.joining("\n\n"));
    }

    /** Whether the cell could run as it is. */
    Completeness completeness(String code) {
        String rest = code;
        while (!rest.isBlank()) {
            CompletionInfo info = analysis.analyzeCompletion(rest);
            switch (info.completeness()) {
                case EMPTY -> {
                    return Completeness.COMPLETE;
                }
                case DEFINITELY_INCOMPLETE, CONSIDERED_INCOMPLETE -> {
                    return Completeness.INCOMPLETE;
                }
                case UNKNOWN -> {
                    return Completeness.INVALID;
                }
                default -> rest = info.remaining();
            }
        }
        return Completeness.COMPLETE;
    }

    private static String describe(Documentation documentation) {
        String javadoc = documentation.javadoc();
        return javadoc == null ? documentation.signature() : documentation.signature() + "\n" + plain(javadoc);
    }

    /** A tooltip shows plain text, so Javadoc's mark-up is in the way. */
    private static String plain(String javadoc) {
        return javadoc.replaceAll("\\{@\\w+\\s+([^}]*)}", "$1")
                .replaceAll("</?\\w+[^>]*>", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
                .strip();
    }

    private static int identifierEnd(String code, int cursor) {
        int end = cursor;
        while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
            end++;
        }
        return end;
    }

    /** JShell looks at one snippet, a cell may hold many. */
    private int snippetStart(String code, int cursor) {
        int start = 0;
        while (true) {
            CompletionInfo info = analysis.analyzeCompletion(code.substring(start));
            int end = info.completeness().isComplete()
                    ? code.length() - info.remaining().length()
                    : code.length();
            if (end >= cursor || end <= start) {
                return start;
            }
            start = end;
        }
    }
}
