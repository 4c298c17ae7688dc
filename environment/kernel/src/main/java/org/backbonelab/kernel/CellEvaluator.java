package org.backbonelab.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * Evaluates cells: snippet after snippet in one JShell, stopping at the first that fails.
 *
 * <p>Code is compiled against, and runs on, this JVM's own class path.
 */
final class CellEvaluator implements AutoCloseable {
    /** The imports of JShell's start-up script DEFAULT. */
    private static final List<String> DEFAULT_IMPORTS = List.of(
            "java.io",
            "java.math",
            "java.net",
            "java.nio.file",
            "java.util",
            "java.util.concurrent",
            "java.util.function",
            "java.util.prefs",
            "java.util.regex",
            "java.util.stream");

    private final CellExecutionControl control = new CellExecutionControl();
    private final JShell shell;
    private final Map<String, CellSource> sources = new HashMap<>();
    private volatile boolean interrupted;

    CellEvaluator() {
        shell = JShell.builder()
                .executionEngine(new InThisJvm(control), Map.of())
                .build();
        DEFAULT_IMPORTS.forEach(name -> shell.eval("import " + name + ".*;"));
    }

    SourceCodeAnalysis analysis() {
        return shell.sourceCodeAnalysis();
    }

    /**
     * Runs a cell.
     *
     * @param code what the cell holds: any number of statements, expressions and declarations
     * @param cell its number, for error messages
     * @return the value of the expression that ends the cell; null if it ends otherwise, also with a semicolon
     * @throws CellException if the code does not compile, throws, or is interrupted
     */
    Object evaluate(String code, int cell) throws CellException {
        interrupted = false;
        List<DeclarationSnippet> declared = new ArrayList<>();
        Object value = null;
        int position = skipBlank(code, 0);
        while (position < code.length()) {
            String rest = code.substring(position);
            CompletionInfo info = analysis().analyzeCompletion(rest);
            if (info.completeness() == Completeness.EMPTY) {
                break;
            }
            boolean complete = info.completeness().isComplete();
            int end = complete ? code.length() - info.remaining().length() : code.length();
            // JShell's text has the semicolon that the user may leave out.
            Snippet snippet = run(new CellSource(cell, lineOf(code, position), complete ? info.source() : rest));
            boolean silent = code.substring(position, end).stripTrailing().endsWith(";");
            value = isExpression(snippet) && !silent ? control.result() : null;
            if (snippet instanceof DeclarationSnippet declaration) {
                declared.add(declaration);
            }
            position = skipBlank(code, end);
        }
        warnOfUnresolved(declared);
        return value;
    }

    /** Stops the cell that runs, if any; returns at once. */
    void interrupt() {
        interrupted = true;
        control.interrupt();
    }

    @Override
    public void close() {
        shell.close();
    }

    private Snippet run(CellSource source) throws CellException {
        control.clear();
        List<SnippetEvent> events = interrupted ? List.of() : shell.eval(source.text());
        Snippet snippet = null;
        for (SnippetEvent event : events) {
            if (event.causeSnippet() == null) {
                snippet = event.snippet();
                CellSource exact = source.startingWith(snippet.source());
                sources.put(snippet.id(), exact);
                failIfRejected(event, exact);
            }
            failIfThrown(event, source);
        }
        if (interrupted) {
            throw interruption(source);
        }
        return snippet;
    }

    private void failIfRejected(SnippetEvent event, CellSource source) throws CellException {
        if (event.status() == Snippet.Status.REJECTED) {
            List<String> lines = ErrorText.compileErrors(
                    source, shell.diagnostics(event.snippet()).toList());
            throw new CellException(new CompilationException(lines.isEmpty() ? "syntax error" : lines.get(0)), lines);
        }
    }

    private void failIfThrown(SnippetEvent event, CellSource source) throws CellException {
        if (event.exception() instanceof UnresolvedReferenceException unresolved) {
            String message = unresolvedMessage(unresolved.getSnippet());
            throw new CellException(new CompilationException(message), List.of(message));
        }
        if (event.exception() instanceof EvalException thrown) {
            // What stops a thread has a trace too, but it is the stopper's.
            if (interrupted && thrown.getExceptionClassName().equals("java.lang.ThreadDeath")) {
                throw interruption(source);
            }
            // Code that hears of an interrupt and says so has done what it was asked to: where it was is of no use.
            if (interrupted && control.failure() instanceof CancellationException asked) {
                throw new CellException(asked, List.of(asked.getMessage() + " (" + source.place(1) + ")"));
            }
            List<String> lines = ErrorText.trace(thrown, sources);
            // Jupyter's messages are made from exceptions, so an Error travels inside one.
            Throwable cause = control.failure();
            throw new CellException(cause instanceof Exception ? cause : new ExecutionException(cause), lines);
        }
    }

    private static CellException interruption(CellSource source) {
        String message = "interrupted at " + source.place(1) + ":  " + source.line(1);
        return new CellException(new InterruptedException(message), List.of(message));
    }

    /** Forward references are fine, but a reader should hear of those that the cell leaves open. */
    private void warnOfUnresolved(List<DeclarationSnippet> declared) {
        for (DeclarationSnippet snippet : declared) {
            Snippet.Status status = shell.status(snippet);
            if (status == Snippet.Status.RECOVERABLE_DEFINED || status == Snippet.Status.RECOVERABLE_NOT_DEFINED) {
                System.err.println(unresolvedMessage(snippet));
            }
        }
    }

    private String unresolvedMessage(DeclarationSnippet snippet) {
        List<String> missing = shell.unresolvedDependencies(snippet).toList();
        return snippet.name() + " cannot be used until " + String.join(", ", missing)
                + (missing.size() == 1 ? " is" : " are") + " declared";
    }

    private static boolean isExpression(Snippet snippet) {
        return switch (snippet.subKind()) {
            case TEMP_VAR_EXPRESSION_SUBKIND, VAR_VALUE_SUBKIND, OTHER_EXPRESSION_SUBKIND -> true;
            default -> false;
        };
    }

    private static int skipBlank(String code, int from) {
        int position = from;
        while (position < code.length() && Character.isWhitespace(code.charAt(position))) {
            position++;
        }
        return position;
    }

    private static int lineOf(String code, int position) {
        return 1
                + (int) code.substring(0, position)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }

    /** Hands our execution control to JShell. */
    private record InThisJvm(CellExecutionControl control) implements ExecutionControlProvider {
        @Override
        public String name() {
            return "in-this-jvm";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
            return control;
        }
    }
}
