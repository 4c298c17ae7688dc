package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final Images IMAGES = Images.synthetic(40, 3, 12, 3, 8);

    @TempDir
    Path folder;

    private ImageArchive packed(long shardBytes) {
        try (ImagePacker packer = new ImagePacker(folder, CLASSES, 3, 12, 1, shardBytes)) {
            Pixels image = new Pixels();
            for (int i = 0; i < IMAGES.count(); i++) {
                IMAGES.read(i, image);
                packer.add(IMAGES.label(i), image);
            }
            packer.finish();
        }
        return new ImageArchive(folder);
    }

    private static byte[] values(ImageSource source, int index) {
        Pixels image = new Pixels();
        source.read(index, image);
        return Arrays.copyOf(image.data(), image.length());
    }

    @Test
    void givesBackWhatWasPackedInOneShardOrMany() {
        for (long shardBytes : new long[] {1, 442, 443, 2000, 1 << 20}) {
            ImageArchive archive = packed(shardBytes);
            assertEquals(40, archive.count());
            assertEquals(3, archive.classes());
            for (int i : new int[] {39, 0, 17, 4, 5, 38, 20}) {
                assertEquals(IMAGES.label(i), archive.label(i));
                assertArrayEquals(values(IMAGES, i), values(archive, i));
            }
            archive.verify();
        }
        assertEquals(40, packed(1).manifest().shards().size());
        assertEquals(1, packed(1 << 20).manifest().shards().size());
    }

    @Test
    void trainsLikeTheImagesThemselves() {
        ImageArchive archive = packed(3000);
        Dataset dataset = Datasets.of("images", IMAGES, IMAGES);
        assertEquals(
                dataset.checksum(), Datasets.of("archive", archive, archive).checksum());
        Split one = new Split(dataset, IMAGES, IMAGES, IMAGES);
        Split two = new Split(dataset, archive, archive, archive);
        try (Loader a = new Batches(one, Augmentation.CONVNEXT, 1).loader(7, 0, 12, 0);
                Loader b = new Batches(two, Augmentation.CONVNEXT, 1).loader(7, 0, 12, 3)) {
            for (int step = 0; step < 12; step++) {
                assertArrayEquals(a.next().pixels(), b.next().pixels());
            }
        }
        assertEquals(9, archive.subset(9, 1).count());
        Split parts = new Dataset("archive", archive, archive, dataset.mean(), dataset.std(), archive.checksum())
                .split(20, 10, 5, 0);
        assertEquals(20, parts.train().count());
    }

    @Test
    void keepsFilesAsTheyAre() throws IOException {
        Path images = folder.resolve("images");
        byte[] png = png();
        for (String name : CLASSES) {
            Files.createDirectories(images.resolve(name));
            Files.write(images.resolve(name).resolve("x.png"), png);
        }
        ImageFolder source = new ImageFolder(images, 1, 4, 0.5);
        ImagePacker.pack(source, folder.resolve("packed"));
        ImageArchive archive = new ImageArchive(folder.resolve("packed"));
        assertEquals(CLASSES, archive.manifest().classes());
        assertEquals(0.5, archive.cropRatio());
        for (int i = 0; i < 3; i++) {
            assertEquals(i, archive.label(i));
            assertArrayEquals(values(source, i), values(archive, i));
        }
        Files.write(images.resolve("b").resolve("y.png"), Arrays.copyOf(png, png.length / 2));
        assertFails(() -> ImagePacker.pack(new ImageFolder(images, 1, 4, 0.5), folder.resolve("other")), "y.png");
        assertFails(() -> new ImageArchive(folder.resolve("other")), "archive.json", "not finished");
    }

    private static byte[] png() throws IOException {
        BufferedImage image = new BufferedImage(5, 6, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 30; i++) {
            image.setRGB(i % 5, i / 5, 0x010305 * i * 7);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, "png", out));
        return out.toByteArray();
    }

    /** Wherever one bit of a shard flips, opening, reading or verifying tells. */
    @Test
    void everyFlippedBitIsFound() throws IOException {
        packed(1 << 20);
        Path shard = folder.resolve("shard-00000.bin");
        byte[] good = Files.readAllBytes(shard);
        for (int at = 0; at < good.length; at += 61) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            Files.write(shard, bad);
            DataException error = assertThrows(DataException.class, () -> new ImageArchive(folder).verify());
            assertTrue(error.getMessage().contains(shard.toString()), error.getMessage());
        }
    }

    @Test
    void aFlippedBitOfAnImageIsFoundWhenItIsRead() throws IOException {
        packed(1 << 20);
        Path shard = folder.resolve("shard-00000.bin");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[8 + 3 * 442 + 200] ^= 1;
        Files.write(shard, bytes);
        ImageArchive archive = new ImageArchive(folder);
        values(archive, 2);
        assertFails(() -> values(archive, 3), "image 3 in " + shard, "checksum differs");
    }

    @Test
    void truncatedMissingAndForeignFilesAreTold() throws IOException {
        assertFails(() -> new ImageArchive(folder), "archive.json", "no such file");
        packed(1 << 20);
        Path shard = folder.resolve("shard-00000.bin");
        byte[] good = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(good, good.length - 5));
        assertFails(() -> new ImageArchive(folder), shard.toString(), (good.length - 5) + " bytes", "truncated");
        Files.delete(shard);
        assertFails(() -> new ImageArchive(folder), shard.toString(), "cannot be read");
        Path manifest = folder.resolve("archive.json");
        String json = Files.readString(manifest);
        Files.writeString(manifest, json.replace("\"version\" : 1", "\"version\" : 2"));
        assertFails(() -> new ImageArchive(folder), "version 2", "expected 1");
        Files.write(manifest, "<html>".getBytes(StandardCharsets.UTF_8));
        assertFails(() -> new ImageArchive(folder), manifest.toString(), "is no archive");
    }

    /** A new archive in an old place: half-way through, neither is there. */
    @Test
    void anUnfinishedArchiveCannotBeOpened() {
        packed(1 << 20);
        String before = new ImageArchive(folder).checksum();
        try (ImagePacker packer = new ImagePacker(folder, CLASSES, 3, 12, 1, 1 << 20)) {
            packer.add(1, new Pixels().reshape(3, 2, 2));
        }
        assertFails(() -> new ImageArchive(folder), "not finished");
        try (ImagePacker packer = new ImagePacker(folder, CLASSES, 3, 12, 1, 1 << 20)) {
            packer.add(1, new Pixels().reshape(3, 2, 2));
            packer.finish();
        }
        assertNotEquals(before, new ImageArchive(folder).checksum());
    }

    @Test
    void nonsenseIsRefused() {
        try (ImagePacker packer = new ImagePacker(folder, CLASSES, 3, 12, 1, 100)) {
            assertThrows(IllegalArgumentException.class, () -> packer.add(3, new byte[5]));
            assertThrows(IllegalArgumentException.class, () -> packer.add(-1, new byte[5]));
            assertThrows(IllegalArgumentException.class, () -> packer.add(0, new Pixels().reshape(1, 2, 2)));
            assertThrows(IllegalArgumentException.class, packer::finish);
        }
        assertThrows(IllegalArgumentException.class, () -> new ImagePacker(folder, List.of(), 3, 12, 1, 100));
        assertThrows(IllegalArgumentException.class, () -> new ImagePacker(folder, CLASSES, 2, 12, 1, 100));
        assertThrows(IllegalArgumentException.class, () -> new ImagePacker(folder, CLASSES, 3, 12, 1, 1L << 31));
    }

    private static void assertFails(Executable call, String... parts) {
        String message = assertThrows(DataException.class, call).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
