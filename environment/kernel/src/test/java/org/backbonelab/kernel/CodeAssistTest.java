package org.backbonelab.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.nio.file.Path;
import java.util.List;
import org.backbonelab.kernel.CodeAssist.Completeness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeAssistTest {
    private static CellEvaluator evaluator;
    private static CodeAssist assist;

    @BeforeAll
    static void start() throws CellException {
        evaluator = new CellEvaluator();
        evaluator.evaluate("String word = \"\"; int count = 3;", 1);
        assertTrue(Sources.add(evaluator.analysis(), Path.of("src", "main", "java")), "surefire opens jdk.jshell");
        assist = new CodeAssist(
                evaluator.analysis(),
                call -> call.endsWith("withOptimizer") ? List.of("adam", "adamw", "sgd") : List.of());
    }

    @AfterAll
    static void stop() {
        evaluator.close();
    }

    @Test
    void completesMembersInTheSnippetUnderTheCursor() {
        // The emoji is one character for Jupyter, two for Java.
        String code = "String s = \"\uD83D\uDE00\";\nword.leng;\nint later = 1;";
        int at = code.codePointCount(0, code.indexOf("leng") + 4);
        ReplacementOptions options = assist.complete(code, at);
        assertEquals(List.of("length()"), options.getReplacements());
        assertEquals(at - 4, options.getSourceStart());
        assertEquals(at, options.getSourceEnd());
        assertTrue(assist.complete("noSuchThing.", 12).getReplacements().isEmpty());
    }

    @Test
    void inspectsMethodsAndVariables() {
        assertTrue(inspect("Math.abs").contains("double Math.abs(double a)"));
        assertTrue(inspect("Math.abs(").contains("int Math.abs(int a)"));
        assertTrue(inspect("count").contains("int"));
        assertNull(assist.inspect("noSuchThing", 3));
    }

    @Test
    void completesNamesInStringsOfCallsThatTakeSome() {
        String code = "String s = \"\uD83D\uDE00\"; recipe\n  .withOptimizer(\"ada\", 1);";
        int at = code.codePointCount(0, code.indexOf("ada") + 3);
        ReplacementOptions options = assist.complete(code, at);
        assertEquals(List.of("adam", "adamw"), options.getReplacements());
        assertEquals(at - 3, options.getSourceStart());
        assertEquals(at, options.getSourceEnd());
        // Class names, which JShell would offer, have no place in a string.
        assertEquals(List.of(), assist.complete("show(\"Str", 9).getReplacements());
    }

    @Test
    void inspectionShowsJavadoc() {
        String text = inspect("org.backbonelab.kernel.Main.main(");
        assertTrue(text.contains("Runs until Jupyter asks for shutdown"), text);
    }

    private static String inspect(String code) {
        return assist.inspect(code, code.length()).getData(MIMEType.TEXT_PLAIN).toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    1 + 1                       | COMPLETE
                    int x = 1; x                | COMPLETE
                    // comment                  | COMPLETE
                    class A {} int y            | COMPLETE
                    int f() {                   | INCOMPLETE
                    for (int i = 0; i < 3; i++) | INCOMPLETE
                    int x = 1; if (x > 0) {     | INCOMPLETE
                    /* open                     | INCOMPLETE
                    int x = ;                   | INVALID
                    """)
    void knowsWhatIsComplete(String code, Completeness expected) {
        assertEquals(expected, assist.completeness(code));
    }
}
