package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SettingsTest {
    @ParameterizedTest
    @CsvSource({
        "SCALE, ' Laptop ', Laptop",
        "FRESH, 1, 1",
        "BACKBONELAB_WORKERS, ' 0', 0",
        "BACKBONELAB_THREADS, 16, 16",
        "BACKBONELAB_CHECKPOINT_SECONDS, 0.5, 0.5",
        "BACKBONELAB_DATA, ' src/test ', src/test",
        "BACKBONELAB_PNG, OFF, OFF"
    })
    void takesWhatItSays(Settings setting, String text, String value) {
        assertEquals(Optional.of(value), setting.checked(text));
    }

    @ParameterizedTest
    @CsvSource({
        "SCALE, big, 'quick, laptop or paper'",
        "FRESH, true, 1 or 0",
        "BACKBONELAB_WORKERS, -1, a whole number of 0 or more",
        "BACKBONELAB_WORKERS, many, a whole number of 0 or more",
        "BACKBONELAB_THREADS, 0, a whole number of 1 or more",
        "BACKBONELAB_THREADS, 1.5, a whole number of 1 or more",
        "BACKBONELAB_CHECKPOINT_SECONDS, -1, 'seconds between checkpoints, 0 for every update'",
        "BACKBONELAB_CHECKPOINT_SECONDS, 1e3, 'seconds between checkpoints, 0 for every update'",
        "BACKBONELAB_CHECKPOINT_SECONDS, NaN, 'seconds between checkpoints, 0 for every update'",
        "BACKBONELAB_PNG, no, on or off"
    })
    void refusesAnythingElseByName(Settings setting, String text, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> setting.checked(text))
                .getMessage();
        assertEquals(setting + " is \"" + text + "\", expected " + expected, message);
    }

    @ParameterizedTest
    @EnumSource
    void blanksSetNothing(Settings setting) {
        assertEquals(Optional.empty(), setting.checked(null));
        assertEquals(Optional.empty(), setting.checked("  "));
    }

    /** The standard is what stands in the table, so it has to be a value itself. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "FRESH",
                "BACKBONELAB_DAMAGED",
                "BACKBONELAB_KEEP_WEIGHTS",
                "BACKBONELAB_MAX_PIXELS",
                "BACKBONELAB_MAX_IMAGE_BYTES",
                "BACKBONELAB_LINKS",
                "BACKBONELAB_PNG"
            })
    void theStandardIsAValue(Settings setting) {
        String standard = setting.orStandard();
        assertEquals(Optional.of(standard), setting.checked(standard));
    }

    @Test
    void theReadmeHasTheTable() throws IOException {
        String readme = Files.readString(Path.of("..", "environment", "README.md"));
        assertTrue(
                readme.contains(Settings.table()),
                () -> "environment/README.md lacks this table, line by line:\n" + Settings.table());
    }

    @Test
    void aFolderOfDataThatIsNotThereIsToldAtOnce() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> Settings.BACKBONELAB_DATA.checked("/no/such/folder"))
                .getMessage();
        assertEquals("BACKBONELAB_DATA is \"/no/such/folder\", expected a folder that exists", message);
    }
}
