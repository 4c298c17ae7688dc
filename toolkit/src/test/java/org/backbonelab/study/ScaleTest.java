package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void namesAreReadInAnyCase() {
        assertEquals(Scale.QUICK, Scale.of("quick"));
        assertEquals(Scale.LAPTOP, Scale.of(" Laptop "));
        assertEquals(Scale.PAPER, Scale.of("PAPER"));
    }

    @Test
    void otherNamesAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Scale.of("big"))
                .getMessage();
        assertTrue(message.contains("big") && message.contains("quick, laptop or paper"), message);
    }

    @Test
    void picksItsNumber() {
        assertEquals(1, Scale.QUICK.pick(1, 2, 3));
        assertEquals(2, Scale.LAPTOP.pick(1, 2, 3));
        assertEquals(3, Scale.PAPER.pick(1, 2, 3));
    }
}
