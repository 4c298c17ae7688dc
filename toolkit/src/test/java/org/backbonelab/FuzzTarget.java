package org.backbonelab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.backbonelab.testing.FileKind;

/** What the fuzzer calls ({@code environment/fuzz.sh}): one kind of file, read again and again. */
public final class FuzzTarget {
    private static FileKind kind;
    private static Path file;

    private FuzzTarget() {}

    /** Writes the whole file of each kind to {@code folder/<kind>/corpus/whole}, where the fuzzer begins. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Path scratch = Files.createTempDirectory("whole");
        for (FileKind each : FileKind.all()) {
            Path seeds = Files.createDirectories(folder.resolve(each.name()).resolve("corpus"));
            Files.write(seeds.resolve("whole"), each.maker().make(scratch));
        }
    }

    /** Called once, with the name of a kind. */
    public static void fuzzerInitialize(String[] arguments) throws IOException {
        kind = FileKind.all().stream()
                .filter(each -> each.name().equals(arguments[0]))
                .findFirst()
                .orElseThrow();
        Path folder = Files.createTempDirectory("fuzz");
        file = kind.file(folder);
        // Classes are loaded, and changed by the fuzzer, before it is counted what reading takes.
        byte[] whole = kind.maker().make(Files.createTempDirectory("whole"));
        Files.write(file, whole);
        kind.reader().accept(file);
    }

    /** Called for each input. */
    public static void fuzzerTestOneInput(byte[] input) {
        kind.refuses(file, input);
    }
}
