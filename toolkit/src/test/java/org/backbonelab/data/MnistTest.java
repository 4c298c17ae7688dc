package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.testing.IdxFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
    private static final String IMAGES = "train-images-idx3-ubyte";
    private static final String FIX = "apt-get install dataset-fashion-mnist";

    @TempDir
    Path folder;

    @Test
    void missingFileIsNamedWithTheFix() {
        assertFails(folder.toString(), IMAGES, FIX);
    }

    @Test
    void rightShapeOfWrongContentFailsTheChecksum() throws IOException {
        Path file =
                IdxFiles.gzip(folder.resolve(IMAGES + ".gz"), IdxFiles.bytes(new byte[60_000 * 784], 60_000, 28, 28));
        assertFails(
                file.toString(),
                "content has SHA-256",
                "expected c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                FIX);
    }

    @Test
    void wrongShapeIsToldWithTheExpectedOne() throws IOException {
        Path file = Files.write(folder.resolve(IMAGES), IdxFiles.bytes(IdxFiles.counting(300), 3, 10, 10));
        assertFails(file.toString(), "shape [3, 10, 10], expected [60000, 28, 28]", FIX);
    }

    @Test
    void truncatedFileIsToldWithTheFix() throws IOException {
        Path file = Files.write(folder.resolve(IMAGES), new byte[] {0, 0, 8, 3, 0});
        assertFails(file.toString(), "truncated", FIX);
    }

    private void assertFails(String... parts) {
        String message = assertThrows(DataException.class, () -> Mnist.FASHION_MNIST.read(folder))
                .getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        assertTrue(message.indexOf(FIX) == message.lastIndexOf(FIX), "the fix is said once: " + message);
    }

    @Test
    void hasTenClasses() {
        assertEquals(10, Mnist.FASHION_MNIST.classes().size());
        assertEquals("Ankle boot", Mnist.FASHION_MNIST.classes().get(9));
    }
}
