package org.backbonelab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class LoadTest {
    @Test
    void othersAreWhatIsBusyAndNotOwn() {
        Load before = new Load(1000, 200, 5000);
        // 100 ticks: 60 busy, 50 of them own.
        assertEquals(0.1, new Load(1060, 250, 5040).othersSince(before), 1e-12);
        assertEquals(0, before.othersSince(before));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void readsTheMachine() {
        Load load = Load.now();
        assertTrue(load.busy() >= load.own() && load.idle() > 0, load.toString());
    }
}
