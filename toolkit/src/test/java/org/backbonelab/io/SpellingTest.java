package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.backbonelab.data.Datasets;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SpellingTest {
    @Test
    void theNearestNameIsTheOneWithTheFewestChanges() {
        assertEquals(Optional.of("abc"), Spelling.nearest("abd", List.of("xyz", "abc", "a")));
        assertEquals(Optional.of("a"), Spelling.nearest("", List.of("b", "a")), "of equals the first");
        assertEquals(Optional.empty(), Spelling.nearest("a", List.of()));
    }

    @Test
    void misspeltNamesAreAnsweredWithTheOneThatWasMeant() {
        String backbone = message(() -> Backbones.check("vit_mikro"));
        assertTrue(
                backbone.startsWith("unknown backbone \"vit_mikro\"; the nearest known one is vit_micro; "), backbone);
        assertTrue(backbone.length() < 200, "not all hundred names: " + backbone);
        assertTrue(message(() -> Optimizers.get("adamww")).contains("the nearest known one is adamw"));
        assertTrue(message(() -> Datasets.check("fashion_mnist")).contains("the nearest known one is fashion-mnist"));
    }

    private static String message(Executable action) {
        return assertThrows(IllegalArgumentException.class, action).getMessage();
    }
}
