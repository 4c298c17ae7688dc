package org.backbonelab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void aCallTakesItsNames() {
        assertEquals(List.copyOf(Optimizers.names()), Names.of(".withOptimizer"));
        assertEquals(List.copyOf(Optimizers.names()), Names.of("recipe.withOptimizer"));
        assertEquals(List.copyOf(Optimizers.names()), Names.of("Optimizers.get"));
        assertEquals(List.copyOf(Backbones.names()), Names.of("backbones"));
        assertTrue(Names.of("Study.of").contains("fashion-mnist"));
        assertTrue(Names.of(".withObjective").contains("fcmae"));
    }

    @Test
    void othersTakeNone() {
        for (String call : List.of("", ".", "of", "List.of", "show", "get")) {
            assertEquals(List.of(), Names.of(call), call);
        }
    }
}
