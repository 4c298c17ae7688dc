package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** What the system says where a disk or a user's share of it is full. */
    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
    void aFullDiskIsNamedAsSuch(String said) {
        Path file = folder.resolve("file.txt");
        String message = assertThrows(
                        DiskFullException.class,
                        () -> AtomicFile.write(file, out -> {
                            throw new IOException(said);
                        }))
                .getMessage();
        assertTrue(message.startsWith("the disk is full: " + file), message);
    }

    @Test
    void tidiesWhatKilledProcessesHaveLeftAndNothingElse() throws IOException, InterruptedException {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        long here = ProcessHandle.current().pid();
        Path sub = Files.createDirectory(folder.resolve("measures"));
        List<Path> left = List.of(
                folder.resolve(".a.json." + gone.pid() + "-3.tmp"),
                sub.resolve(".b.json." + gone.pid() + "-1.tmp"),
                folder.resolve(".probe123.tmp"));
        List<Path> others = List.of(
                folder.resolve(".a.json." + here + "-3.tmp"), folder.resolve("a.json"), folder.resolve("my.tmp"));
        Path fresh = Files.createFile(folder.resolve(".c.json." + gone.pid() + "-9.tmp"));
        for (Path file : Stream.of(left, others).flatMap(List::stream).toList()) {
            Files.setLastModifiedTime(
                    Files.createFile(file), FileTime.from(Instant.now().minusSeconds(100)));
        }
        AtomicFile.tidy(folder);
        left.forEach(file -> assertFalse(Files.exists(file), file.toString()));
        others.forEach(file -> assertTrue(Files.exists(file), file.toString()));
        assertTrue(Files.exists(fresh), "it may be another machine's");
    }

    @Test
    void aFolderThatIsAFileIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("taken")).resolve("file.txt");
        String message = assertThrows(UncheckedIOException.class, () -> AtomicFile.write(file, "x"))
                .getMessage();
        assertTrue(message.contains("cannot write " + file) && message.contains("expected a writable folder"), message);
    }
}
