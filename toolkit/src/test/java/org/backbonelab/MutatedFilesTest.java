package org.backbonelab;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.backbonelab.testing.FileKind;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole files, changed at random: each is read, or refused with a sentence that names it; nothing else is thrown.
 *
 * <p>The changes come from a seed, so a failure can be repeated. More of them: {@code -Dmutations=100000}, or a fuzzer that
 * learns from what it reaches: {@code environment/fuzz.sh}.
 */
@Timeout(600)
class MutatedFilesTest {
    private static final int MUTATIONS = Integer.getInteger("mutations", 300);
    private static final List<String> NUMBERS = List.of(
            "-1",
            "0",
            "1e999",
            "2147483648",
            "9223372036854775807",
            "99999999999999999999",
            "null",
            "[]",
            "{}",
            "\"\"");

    @TempDir
    static Path folder;

    static List<FileKind> kinds() {
        return FileKind.all();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyChangeIsReadOrRefusedWithASentence(FileKind kind) throws IOException {
        Path file = kind.file(folder);
        byte[] whole = kind.maker().make(folder);
        assertFalse(kind.refuses(file, whole));
        SplittableRandom random = new SplittableRandom(kind.name().hashCode());
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] changed = changed(whole, random);
            try {
                refused += kind.refuses(file, changed) ? 1 : 0;
            } catch (AssertionError e) {
                Path kept = Files.write(Files.createTempFile("mutated", kind.name()), changed);
                fail("change " + i + ", kept as " + kept, e);
            }
        }
        assertTrue(refused > MUTATIONS / 10, refused + " of " + MUTATIONS + " refused");
    }

    private static byte[] changed(byte[] whole, SplittableRandom random) {
        byte[] out = whole.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && out.length > 0; changes--) {
            int at = random.nextInt(out.length);
            int to = Math.min(out.length, at + 1 + random.nextInt(16));
            out = switch (random.nextInt(7)) {
                case 0 -> with(out, at, (byte) (out[at] ^ (1 << random.nextInt(8))));
                case 1 -> with(out, at, (byte) random.nextInt(256));
                case 2 -> Arrays.copyOf(out, at);
                case 3 -> joined(Arrays.copyOf(out, at), Arrays.copyOfRange(out, to, out.length));
                case 4 -> joined(Arrays.copyOf(out, to), Arrays.copyOfRange(out, at, out.length));
                case 5 -> with(out, at, (byte) (random.nextBoolean() ? 0xff : 0));
                default -> number(out, at, NUMBERS.get(random.nextInt(NUMBERS.size())));
            };
        }
        return out;
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        bytes[at] = value;
        return bytes;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    /** Puts another number where the next one begins; elsewhere, simply some text. */
    private static byte[] number(byte[] bytes, int from, String text) {
        int at = from;
        while (at < bytes.length && (bytes[at] < '0' || bytes[at] > '9')) {
            at++;
        }
        int end = at;
        while (end < bytes.length && bytes[end] >= '0' && bytes[end] <= '9') {
            end++;
        }
        byte[] head = joined(Arrays.copyOf(bytes, at), text.getBytes(StandardCharsets.US_ASCII));
        return joined(head, Arrays.copyOfRange(bytes, end, bytes.length));
    }
}
