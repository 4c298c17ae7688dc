package org.backbonelab.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenStringTest {
    /** The cursor is at the bar; what is expected are the call and what was typed. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
                    r.withOptimizer("ad|                       ; r.withOptimizer ; ad
                    r.withOptimizer("|")                       ; r.withOptimizer ; ``
                    s.backbones("vit", "res|net")              ; s.backbones     ; res
                    Study.of("x", "mn|").run(")")              ; Study.of        ; mn
                    f(g(1), h['('], "a\\"b|                    ; f               ; a\\"b
                    f(x -> { g("|                              ; g               ; ``
                    f(x -> { return "|                         ; ``              ; ``
                    f(new int[] {1}, "|                        ; f               ; ``
                    f /* ( " */ ("|                            ; ``              ; ``
                    "|                                         ; ``              ; ``
                    """)
    void findsTheCallAroundAString(String code, String call, String text) {
        OpenString found =
                OpenString.at(code.replace("|", ""), code.indexOf('|')).orElseThrow();
        assertEquals(call, found.call());
        assertEquals(text, found.text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
                    f(|"a")
                    f("a"|)
                    f("a", |
                    // f("|
                    /* f("|
                    f('"', |
                    f('|"')
                    `f("open\n g(|`
                    `f(\"""\n a|\n\""")`
                    """)
    void otherPlacesAreNone(String code) {
        assertEquals(
                true, OpenString.at(code.replace("|", ""), code.indexOf('|')).isEmpty());
    }
}
