package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path folder;

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    @Test
    void writesAndReplacesAndMakesTheFolder() throws IOException {
        Path file = folder.resolve("deep/er/file.txt");
        AtomicFile.write(file, "größer");
        AtomicFile.write(file, "later");
        assertEquals("later", Files.readString(file));
        assertEquals(List.of("file.txt"), names(file.getParent()));
    }

    @Test
    void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("file.txt");
        AtomicFile.write(file, "old");
        UncheckedIOException error = assertThrows(
                UncheckedIOException.class,
                () -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("disk full");
                }));
        assertTrue(error.getMessage().contains("file.txt") && error.getMessage().contains("disk full"));
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFile.write(file, out -> {
                    throw new IllegalStateException("its values are gone");
                }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("file.txt"), names(folder));
    }

    @Test
    void aFolderThatIsAFileIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("taken")).resolve("file.txt");
        String message = assertThrows(UncheckedIOException.class, () -> AtomicFile.write(file, "x"))
                .getMessage();
        assertTrue(message.contains("cannot write " + file) && message.contains("expected a writable folder"), message);
    }
}
