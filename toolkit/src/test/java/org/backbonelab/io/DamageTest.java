package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class DamageTest {
    @Test
    void damageIsToldOrRefusedAsTheSettingSays() {
        IllegalArgumentException problem = new IllegalArgumentException("row.json: its checksum does not fit");
        assertDoesNotThrow(() -> Damage.told(problem, "its cell is trained again", "train"));
        assertSame(
                problem,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Damage.told(problem, "its cell is trained again", "refuse")));
    }
}
