package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.testing.IdxFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    private static final byte[] VALUES = IdxFiles.counting(300);
    private static final byte[] FILE = IdxFiles.bytes(VALUES, 3, 10, 10);

    @TempDir
    Path folder;

    @Test
    void readsPlainFiles() throws IOException {
        assertIsRead(Files.write(folder.resolve("plain"), FILE));
    }

    @Test
    void readsGzipFilesWhateverTheirName() throws IOException {
        assertIsRead(IdxFiles.gzip(folder.resolve("packed.gz"), FILE));
        assertIsRead(IdxFiles.gzip(folder.resolve("packed-without-ending"), FILE));
    }

    private static void assertIsRead(Path file) {
        Idx idx = Idx.read(file);
        assertArrayEquals(new int[] {3, 10, 10}, idx.shape());
        assertArrayEquals(VALUES, idx.values());
    }

    @Test
    void missing() {
        assertFails(folder.resolve("nothing"), "no such file");
        assertFails(folder, "no such file");
    }

    @Test
    void truncatedInTheHeader() throws IOException {
        assertFails(write(Arrays.copyOf(FILE, 10)), "header ends early", "truncated");
        assertFails(write(Arrays.copyOf(FILE, 3)), "expected [0, 0, 8, axes]");
        assertFails(write(new byte[0]), "expected [0, 0, 8, axes]");
    }

    @Test
    void truncatedInTheBody() throws IOException {
        assertFails(write(Arrays.copyOf(FILE, 200)), "184 values", "expected 300", "[3, 10, 10]", "truncated");
    }

    @Test
    void tooLong() throws IOException {
        assertFails(write(Arrays.copyOf(FILE, 317)), "more than the 300 values", "corrupt");
    }

    @Test
    void wrongMagic() throws IOException {
        byte[] floats = FILE.clone();
        floats[2] = 0x0d;
        assertFails(write(floats), "[0, 0, 13, 3]", "expected [0, 0, 8, axes]", "not an IDX file of unsigned bytes");
        assertFails(write("<html>404</html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), "not an IDX file");
    }

    @Test
    void absurdAxes() throws IOException {
        assertFails(write(IdxFiles.bytes(VALUES, 3, -10, 10)), "[3, -10, 10]", "expected positive axes");
        assertFails(write(IdxFiles.bytes(VALUES, 100_000, 100_000)), "10000000000 values", "corrupt");
        // 2^32 * 2^32 is 0 in 64 bits
        assertFails(write(IdxFiles.bytes(VALUES, 1 << 30, 1 << 30, 1 << 4)), "corrupt");
    }

    @Test
    void gzipCutShort() throws IOException {
        byte[] packed = Files.readAllBytes(IdxFiles.gzip(folder.resolve("whole"), FILE));
        assertFails(write(Arrays.copyOf(packed, packed.length / 2)), "gzip data ends early", "truncated");
        assertFails(write(Arrays.copyOf(packed, 2)), "gzip data ends early");
    }

    @Test
    void gzipCorrupt() throws IOException {
        byte[] packed = Files.readAllBytes(IdxFiles.gzip(folder.resolve("whole"), FILE));
        packed[packed.length - 6] ^= 0x55;
        assertFails(write(packed), "corrupt gzip data");
        packed[2] = 99;
        assertFails(write(packed), "corrupt gzip data");
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(folder.resolve("broken-idx3-ubyte"), content);
    }

    private static void assertFails(Path file, String... parts) {
        String message = assertThrows(DataException.class, () -> Idx.read(file)).getMessage();
        assertTrue(message.startsWith(file + ":"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
