package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MessagesTest {
    @Test
    void controlCharactersAreWrittenOut() {
        assertEquals(
                "class \\u001b[2Jcat\\u0000\\u009b\\u000d\n\tnext é",
                Messages.printable("class \u001b[2Jcat\0\u009b\r\n\tnext é"));
        assertEquals("one two three", Messages.line("one\r\ntwo\rthree"));
    }

    @Test
    void textsHaveAnEnd() {
        String text = Messages.printable("x".repeat(20_000_000));
        assertTrue(
                text.length() < 21_000 && text.endsWith("xx... (20000000 characters)"), () -> text.substring(19_990));
    }
}
