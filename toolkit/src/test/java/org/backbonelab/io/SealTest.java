package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SealTest {
    private static final String JSON = "{\"a\":1,\"b\":[\"}\"]}";

    @Test
    void sealIsTheHashOfTheTextThatComesBack() {
        String sealed = Seal.on(JSON);
        assertEquals("{\"a\":1,\"b\":[\"}\"],\"sha256\":\"" + Sha256.hex(JSON) + "\"}", sealed);
        assertEquals(JSON, Seal.opened(sealed, "file"));
        assertEquals(JSON, Seal.opened(sealed + "\r\n", "file"));
    }

    @Test
    void everyChangedCharacterIsTold() {
        String sealed = Seal.on(JSON);
        for (int i = 0; i < sealed.length(); i++) {
            String changed = sealed.substring(0, i) + (sealed.charAt(i) == '7' ? '8' : '7') + sealed.substring(i + 1);
            String message = assertThrows(IllegalArgumentException.class, () -> Seal.opened(changed, "the file"))
                    .getMessage();
            assertTrue(message.startsWith("the file: "), message);
            String cut = sealed.substring(0, i);
            assertThrows(IllegalArgumentException.class, () -> Seal.opened(cut, "the file"));
        }
    }
}
