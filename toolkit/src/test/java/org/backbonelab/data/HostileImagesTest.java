package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.testing.IdxFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What someone else has put into a folder of images is refused before it hangs the process or fills its memory. */
class HostileImagesTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Path images;
    private Path cat;

    @BeforeEach
    void putOneGoodImage() throws IOException {
        images = folder.resolve("images");
        cat = Files.createDirectories(images.resolve("cat"));
        ImageIO.write(
                new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB),
                "png",
                cat.resolve("a.png").toFile());
        assertEquals(1, open().count());
    }

    private ImageFolder open() {
        return new ImageFolder(images, 3, 8, 1);
    }

    private void refused(Path file, String... parts) {
        String message = assertTimeoutPreemptively(
                SOON, () -> assertThrows(DataException.class, this::open).getMessage());
        assertTrue(message.startsWith(file + ": "), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    /** The head of a PNG file with a few bytes of pixels. */
    private static byte[] png(int width, int height, int bits) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(head);
        data.writeInt(width);
        data.writeInt(height);
        data.write(new byte[] {(byte) bits, 0, 0, 0, 0});
        chunk(out, "IHDR", head.toByteArray());
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(packed)) {
            deflate.write(new byte[1000]);
        }
        chunk(out, "IDAT", packed.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream to, String type, byte[] content) throws IOException {
        ByteArrayOutputStream typed = new ByteArrayOutputStream();
        typed.write(type.getBytes(StandardCharsets.US_ASCII));
        typed.write(content);
        CRC32 crc = new CRC32();
        crc.update(typed.toByteArray());
        DataOutputStream out = new DataOutputStream(to);
        out.writeInt(content.length);
        out.write(typed.toByteArray());
        out.writeInt((int) crc.getValue());
    }

    /** In 100 bytes; decoding would take gigabytes. */
    @ParameterizedTest
    @CsvSource({
        "20000, 20000, 8",
        "15000, 15000, 1",
        "2147483647, 2147483647, 8",
        "2147483647, 1, 16",
        "1, 100000000, 8"
    })
    void moreClaimedPixelsThanAnImageHas(int width, int height, int bits) throws IOException {
        Path file = Files.write(cat.resolve("b.png"), png(width, height, bits));
        ImageFolder open = open();
        String message = assertTimeoutPreemptively(
                SOON, () -> assertThrows(DataException.class, () -> open.read(1, new Pixels()))
                        .getMessage());
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.contains("set BACKBONELAB_MAX_PIXELS"), message);
    }

    @Test
    void sparseFile() throws IOException {
        Path file = cat.resolve("b.png");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        refused(file, "3221225472 bytes", "BACKBONELAB_MAX_IMAGE_BYTES");
    }

    @Test
    void pipe() throws Exception {
        Path file = cat.resolve("b.png");
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        refused(file, "no regular file");
    }

    @Test
    void folderWithTheNameOfAnImage() throws IOException {
        refused(Files.createDirectory(cat.resolve("b.png")), "no regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/zero", "/etc/hostname", "../../outside.png"})
    void linkOutOfTheFolder(String target) throws IOException {
        Files.copy(cat.resolve("a.png"), folder.resolve("outside.png"));
        refused(Files.createSymbolicLink(cat.resolve("b.png"), Path.of(target)), "out of", "BACKBONELAB_LINKS");
    }

    @Test
    void classThatIsALinkOutOfTheFolder() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.copy(cat.resolve("a.png"), other.resolve("a.png"));
        refused(Files.createSymbolicLink(images.resolve("dog"), other), "out of");
    }

    @Test
    void linkThatLeadsNowhereOrToItself() throws IOException {
        refused(Files.createSymbolicLink(cat.resolve("b.png"), Path.of("b.png")), "leads nowhere");
    }

    @Test
    void linkInsideTheFolderIsFollowed() throws IOException {
        Files.createSymbolicLink(cat.resolve("b.png"), Path.of("a.png"));
        assertEquals(2, open().count());
    }

    /** Of the same name and length: still other images. */
    @Test
    void checksumTellsWhatIsInTheFiles() throws IOException {
        String before = open().checksum();
        assertEquals(before, open().checksum());
        byte[] content = Files.readAllBytes(cat.resolve("a.png"));
        content[content.length - 1] ^= 1;
        Files.write(cat.resolve("a.png"), content);
        assertNotEquals(before, open().checksum());
    }

    @Test
    void idxThatClaimsMoreThanItsLengthCanHold() throws IOException {
        byte[] liar = IdxFiles.bytes(new byte[1000], 1 << 20, 1 << 10);
        for (Path file :
                new Path[] {Files.write(folder.resolve("plain"), liar), IdxFiles.gzip(folder.resolve("packed.gz"), liar)
                }) {
            String message =
                    assertTimeoutPreemptively(SOON, () -> assertThrows(DataException.class, () -> Idx.read(file))
                            .getMessage());
            assertTrue(message.contains("it is corrupt"), message);
        }
        // The product of these is 21929 in 64 bits.
        byte[] wrapping = IdxFiles.bytes(new byte[21_929], 199_155, 82_621, 1_121_083_759);
        Path file = Files.write(folder.resolve("wrapping"), wrapping);
        assertThrows(DataException.class, () -> Idx.read(file));
        Path other = Files.write(folder.resolve("other"), IdxFiles.bytes(new byte[100], 10, 10));
        String message = assertThrows(DataException.class, () -> Idx.read(other, 10, 5, 2))
                .getMessage();
        assertTrue(message.contains("shape [10, 10], expected [10, 5, 2]"), message);
    }

    @Test
    void batchOfTheLargestNumberIsOneBatch() {
        Split split = Split.of(Datasets.synthetic(), 50, 10, 10, 0);
        Batches batches = new Batches(split, org.backbonelab.data.augment.Augmentation.NONE, 0);
        assertEquals(1, batches.perEpoch(Integer.MAX_VALUE));
        assertEquals(50, batches.train(0, 0, Integer.MAX_VALUE).count());
        assertEquals(
                1,
                Batches.inOrder(split.source(), split.test(), Integer.MAX_VALUE).size());
    }
}
