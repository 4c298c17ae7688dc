package org.backbonelab.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
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
        assist = new CodeAssist(evaluator.analysis());
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
