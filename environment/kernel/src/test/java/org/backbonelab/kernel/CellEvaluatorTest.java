package org.backbonelab.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cells without Jupyter around them. */
class CellEvaluatorTest {
    private static CellEvaluator evaluator;

    @BeforeAll
    static void start() {
        evaluator = new CellEvaluator();
    }

    @AfterAll
    static void stop() {
        evaluator.close();
    }

    private static Object run(String... lines) throws CellException {
        return evaluator.evaluate(String.join("\n", lines), 7);
    }

    private static CellException fails(String... lines) {
        return assertThrows(CellException.class, () -> run(lines));
    }

    @Test
    void lastExpressionIsTheValue() throws CellException {
        assertEquals(42, run("6 * 7"));
        assertEquals(List.of(1, 2), run("var list = new ArrayList<Integer>(List.of(1));", "list.add(2);", "list"));
        assertEquals(3, run("1 + 2 // with a comment"));
    }

    @Test
    void otherEndingsHaveNoValue() throws CellException {
        assertNull(run("6 * 7;"));
        assertNull(run("int declared = 3"));
        assertNull(run("declared = 4"));
        assertNull(run("System.out.flush()"));
        assertNull(run("42;", "// nothing", "int another = 1;"));
        assertNull(run(""));
        assertNull(run("// only a comment"));
        assertNull(run("null"));
    }

    @Test
    void oneCellHoldsManySnippets() throws CellException {
        assertEquals(
                "P[a=1]Y18",
                run(
                        "import java.util.function.IntUnaryOperator;",
                        "record P(int a) {}",
                        "enum E { X, Y }",
                        "interface Shape { double area(); }",
                        "int a = 1, b = 2;",
                        "IntUnaryOperator twice = x -> 2 * x;",
                        "for (int i = 0; i < 3; i++) {",
                        "    b = twice.applyAsInt(b);",
                        "}",
                        "Object[] parts = {new P(a), E.Y, b + 2};",
                        "Arrays.stream(parts)",
                        "        .map(String::valueOf)",
                        "        .collect(Collectors.joining())"));
    }

    @Test
    void methodsMayReferToLaterOnes() throws CellException {
        assertEquals(9, run("int first() { return second() + 1; }", "int second() { return 8; }", "first()"));
    }

    @Test
    void callingAnUnresolvedMethodNamesWhatIsMissing() throws CellException {
        PrintStream before = System.err;
        ByteArrayOutputStream warning = new ByteArrayOutputStream();
        System.setErr(new PrintStream(warning, true, StandardCharsets.UTF_8));
        try {
            run("int open() { return missing(); }");
        } finally {
            System.setErr(before);
        }
        String message = "open cannot be used until method missing() is declared";
        assertEquals(message, warning.toString(StandardCharsets.UTF_8).strip());
        assertEquals(message, fails("open()").getCause().getMessage());
    }

    @Test
    void compileErrorsShowLineAndMarker() {
        CellException error = fails("", "// note", "int fine = 1;", "// more", "int bad =", "    \"text\";");
        assertInstanceOf(CompilationException.class, error.getCause());
        assertEquals(
                List.of(
                        "cell 7, line 6: incompatible types: java.lang.String cannot be converted to int",
                        "        \"text\";",
                        "        ^^^^^^"),
                error.lines());
        assertEquals(
                "cell 7, line 1: cannot find symbol: variable nowhere",
                fails("nowhere + 1").lines().get(0));
        assertEquals(
                "cell 7, line 2: reached end of file while parsing",
                fails("if (true) {", "  int q = 3").lines().get(0));
    }

    @Test
    void nothingAfterAnErrorIsRun() throws CellException {
        run("int steps = 0;");
        fails("steps++;", "int broken = \"\";", "steps++;");
        assertEquals(1, run("steps"));
    }

    @Test
    void tracesNameCellLinesAndCauses() throws CellException {
        run("int divide(int x) {", "    return 1 / x;", "}");
        CellException error = fails(
                "class Caller {",
                "    static void call() {",
                "        try { divide(0); } catch (ArithmeticException e) {",
                "            throw new IllegalStateException(\"bad\", e);",
                "        }",
                "    }",
                "}",
                "Runnable run = () -> Caller.call();",
                "run.run();");
        assertInstanceOf(IllegalStateException.class, error.getCause());
        assertEquals(
                List.of(
                        "java.lang.IllegalStateException: bad",
                        "cell 7, line 4:  throw new IllegalStateException(\"bad\", e);",
                        "    at Caller.call (cell 7, line 4)",
                        "    at lambda (cell 7, line 8)",
                        "    at cell 7, line 9",
                        "Caused by: java.lang.ArithmeticException: / by zero",
                        "cell 7, line 2:  return 1 / x;",
                        "    at divide (cell 7, line 2)",
                        "    at Caller.call (cell 7, line 3)",
                        "    ... 2 more"),
                error.lines());
    }

    @Test
    void causesThatOnlySayItAgainAreLeftOut() {
        CellException error = fails("throw new RuntimeException(\"cell 3: no room\", new Exception(\"no room\"));");
        assertTrue(error.lines().get(0).endsWith("cell 3: no room"));
        assertTrue(error.lines().stream().noneMatch(line -> line.startsWith("Caused by")), error.lines()::toString);
    }

    @Test
    void aCauseOfTheSameWordsStaysWhereItNamesAPlaceInACell() {
        CellException error = fails(
                "int inverse(int x) {",
                "    return 1 / x;",
                "}",
                "try { inverse(0); } catch (ArithmeticException e) { throw new RuntimeException(e); }");
        assertTrue(error.lines().contains("cell 7, line 2:  return 1 / x;"), error.lines()::toString);
    }

    @Test
    void libraryFramesAreKeptAndKernelFramesCut() {
        String trace = String.join("\n", fails("List.of(1).get(5)").lines());
        assertTrue(trace.contains("at java.util.ImmutableCollections"), trace);
        assertTrue(!trace.contains("jdk.jshell") && !trace.contains("org.backbonelab.kernel"), trace);
    }

    @Test
    void errorsAreReportedLikeExceptions() {
        CellException overflow = fails("int deep(int n) { return deep(n + 1); }", "deep(0)");
        assertInstanceOf(ExecutionException.class, overflow.getCause());
        assertEquals("java.lang.StackOverflowError", overflow.lines().get(0));
        assertTrue(overflow.lines().size() < 30);
        assertEquals(
                "java.lang.OutOfMemoryError: x",
                fails("throw new OutOfMemoryError(\"x\");").lines().get(0));
    }

    @Test
    void servicesAreFoundThroughTheContextClassLoader() throws CellException {
        assertEquals(
                true,
                run("class Mine {}", "Thread.currentThread().getContextClassLoader() == Mine.class.getClassLoader()"));
    }

    @Test
    @Timeout(20)
    void interruptStopsLoopsAndKeepsState() throws Exception {
        run("int kept = 41;", "Thread.currentThread().interrupt();");
        for (String loop : List.of(
                "while (true) {}",
                "while (true) { try { Thread.sleep(10); } catch (InterruptedException e) {} }",
                "while (!Thread.currentThread().isInterrupted()) {}")) {
            Thread interrupter = new Thread(() -> {
                try {
                    Thread.sleep(300);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                evaluator.interrupt();
            });
            interrupter.start();
            CellException error = fails("int begun = 1;", loop, "kept = 0;");
            interrupter.join();
            assertInstanceOf(InterruptedException.class, error.getCause());
            assertEquals(
                    "interrupted at cell 7, line 2:  " + loop, error.lines().get(0));
        }
        assertEquals(42, run("kept + 1"));
    }

    @Test
    @Timeout(20)
    void codeThatHearsOfAnInterruptEndsWithItsOwnWords() throws Exception {
        Thread interrupter = new Thread(() -> {
            while (System.getProperty("cell.sleeps") == null) {
                Thread.onSpinWait();
            }
            evaluator.interrupt();
        });
        interrupter.start();
        CellException error = fails(
                "int begun = 1;",
                "try { System.setProperty(\"cell.sleeps\", \"\"); Thread.sleep(10000); } catch (InterruptedException e) {"
                        + " throw new java.util.concurrent.CancellationException(\"finished cells are kept\"); }");
        interrupter.join();
        assertEquals(List.of("finished cells are kept (cell 7, line 2)"), error.lines());
    }

    @Test
    void interruptWithoutCellDoesNothing() throws CellException {
        evaluator.interrupt();
        assertEquals(2, run("1 + 1"));
    }
}
