package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Sha256;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Files and expected values: golden file of {@code src/test/golden/make_image_golden.py}. */
class ImageFolderTest {
    private static JsonNode golden;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() throws IOException {
        try (InputStream in = ImageFolderTest.class.getResourceAsStream("/golden/files.json")) {
            golden = new ObjectMapper().readTree(in).get("files");
        }
        assertTrue(golden.size() >= 13);
    }

    private static byte[] file(String name) {
        for (JsonNode row : golden) {
            if (row.get("name").asText().equals(name)) {
                return Base64.getDecoder().decode(row.get("file").asText());
            }
        }
        throw new AssertionError(name);
    }

    private static String hash(Pixels image) {
        byte[] exact = Arrays.copyOf(image.data(), image.length());
        return HexFormat.of().formatHex(Sha256.digest().digest(exact)).substring(0, 16);
    }

    @Test
    void decodesPngAsPilDoes() {
        for (JsonNode row : golden) {
            String name = row.get("name").asText();
            if (name.endsWith(".png")) {
                Pixels image = new Pixels();
                ImageDecoder.decode(name, file(name), 3, image);
                assertEquals(16, image.height());
                assertEquals(12, image.width());
                assertEquals(row.get("rgb").asText(), hash(image), name);
                ImageDecoder.decode(name, file(name), 1, image);
                assertEquals(1, image.channels());
                assertEquals(row.get("grey").asText(), hash(image), name);
            }
        }
    }

    /** Decoders differ in how they round the transform and enlarge the colour planes. */
    @Test
    void decodesJpegAsPilDoesButForRounding() {
        for (JsonNode row : golden) {
            String name = row.get("name").asText();
            if (name.endsWith(".jpg")) {
                Pixels image = new Pixels();
                ImageDecoder.decode(name, file(name), 3, image);
                byte[] expected = HexFormat.of().parseHex(row.get("rgb").asText());
                assertEquals(expected.length, image.length());
                double sum = 0;
                for (int i = 0; i < expected.length; i++) {
                    int difference = Math.abs((expected[i] & 0xff) - (image.data()[i] & 0xff));
                    assertTrue(difference <= 4, name + " value " + i + " differs by " + difference);
                    sum += difference;
                }
                assertTrue(sum / expected.length < 0.7, name + " differs by " + sum / expected.length + " on average");
            }
        }
    }

    @Test
    void damagedFilesAreNamed() {
        byte[] jpeg = file("rgb.jpg");
        byte[] png = file("rgb.png");
        byte[] broken = png.clone();
        broken[png.length / 2] ^= 0x55;
        for (byte[] bad : List.of(
                Arrays.copyOf(jpeg, jpeg.length / 2),
                Arrays.copyOf(jpeg, jpeg.length - 60),
                Arrays.copyOf(jpeg, 20),
                Arrays.copyOf(png, png.length / 2),
                Arrays.copyOf(png, 20),
                broken)) {
            assertFails(() -> ImageDecoder.decode("photo 7", bad, 3, new Pixels()), "photo 7:", "damaged");
        }
        assertFails(
                () -> ImageDecoder.decode("photo 7", new byte[100], 3, new Pixels()),
                "photo 7:",
                "neither a JPEG nor a PNG");
        assertFails(() -> ImageDecoder.decode("photo 7", new byte[0], 3, new Pixels()), "photo 7:");
        // The reader that has failed is used again.
        ImageDecoder.decode("fine", jpeg, 3, new Pixels());
        ImageDecoder.decode("fine", png, 3, new Pixels());
    }

    private Path pets() {
        return folder.resolve("pets");
    }

    private void put(String path, String golden) throws IOException {
        Path file = pets().resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, file(golden));
    }

    private void fill() throws IOException {
        for (String part : List.of("train", "val")) {
            put(part + "/cat/b.JPG", "rgb.jpg");
            put(part + "/cat/a.png", "rgb.png");
            put(part + "/cat/notes.txt", "rgb.png");
            put(part + "/cat/.hidden.png", "rgb.png");
            put(part + "/bird/z.jpeg", "grey.jpg");
            Files.createDirectories(pets().resolve(part + "/.cache"));
        }
    }

    @Test
    void listsClassesAndFilesInOrder() throws IOException {
        fill();
        ImageFolder images = new ImageFolder(pets().resolve("train"), 3, 8, 1);
        assertEquals(List.of("bird", "cat"), images.classNames());
        assertEquals(3, images.count());
        assertEquals(0, images.label(0));
        assertEquals(1, images.label(1));
        assertEquals("a.png", images.file(1).getFileName().toString());
        Pixels image = new Pixels();
        images.read(1, image);
        Pixels direct = new Pixels();
        ImageDecoder.decode("a", file("rgb.png"), 3, direct);
        assertEquals(hash(direct), hash(image));
    }

    @Test
    void trainsAndEvaluatesAtItsSize() throws IOException {
        fill();
        Dataset dataset = PhotoSet.read("folder:pets@8", folder);
        assertEquals(2, dataset.train().classes());
        Split split = new Split(dataset, dataset.train(), dataset.test(), dataset.test());
        Augmentation strong = Augmentation.CONVNEXT;
        try (Loader loader = new Loader(new Batches(split, strong, 1), 2, 0, 4, 2)) {
            for (int step = 0; step < 4; step++) {
                Batch batch = loader.next();
                assertArrayEquals(
                        new Batches(split, strong, 1)
                                .train(step / 2, step % 2, 2)
                                .pixels(),
                        batch.pixels());
                assertEquals(batch.count() * 3 * 8 * 8, batch.pixels().length);
            }
        }
        assertEquals(
                3 * 3 * 8 * 8,
                Batches.inOrder(dataset, dataset.test(), 5).get(0).pixels().length);
    }

    @Test
    void checksumSeesNamesAndSizes() throws IOException {
        fill();
        String before = PhotoSet.read("folder:pets@8", folder).checksum();
        assertEquals(before, PhotoSet.read("folder:pets@8", folder).checksum());
        put("train/cat/c.png", "rgb.png");
        assertNotEquals(before, PhotoSet.read("folder:pets@8", folder).checksum());
    }

    @Test
    void namesOfFolders() {
        Datasets.check("folder:imagenet-1k@224");
        for (String name : List.of("folder:a", "folder:../a@8", "folder:a@0", "folder:@8", "folder:a/b@8")) {
            String message = assertThrows(IllegalArgumentException.class, () -> Datasets.check(name))
                    .getMessage();
            assertTrue(message.contains(name) && message.contains("folder:<name>@<size>"), message);
        }
    }

    @Test
    void aBrokenFileIsToldByItsPath() throws IOException {
        fill();
        Path bad = pets().resolve("train/cat/b.JPG");
        Files.write(bad, Arrays.copyOf(Files.readAllBytes(bad), 300));
        ImageFolder images = new ImageFolder(pets().resolve("train"), 3, 8, 1);
        assertFails(() -> images.read(2, new Pixels()), bad.toString());
        Files.delete(bad);
        assertFails(() -> images.read(2, new Pixels()), bad.toString(), "cannot be read");
    }

    @Test
    void wrongFoldersAreTold() throws IOException {
        assertFails(() -> new ImageFolder(folder.resolve("none"), 3, 8, 1), "none", "no such folder");
        assertFails(() -> new ImageFolder(folder, 3, 8, 1), folder.toString(), "has no folder per class");
        fill();
        Files.createDirectories(pets().resolve("train/empty"));
        assertFails(() -> new ImageFolder(pets().resolve("train"), 3, 8, 1), "empty", "has no JPEG or PNG file");
        Files.delete(pets().resolve("train/empty"));
        put("val/dog/a.png", "rgb.png");
        assertFails(() -> PhotoSet.read("folder:pets@8", folder), "[bird, cat, dog]", "[bird, cat]");
        assertThrows(IllegalArgumentException.class, () -> new ImageFolder(folder, 2, 8, 1));
        assertThrows(IllegalArgumentException.class, () -> new ImageFolder(folder, 3, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new ImageFolder(folder, 3, 8, 1.5));
    }

    @Test
    void endings() {
        assertTrue(ImageDecoder.knows("a.JPEG") && ImageDecoder.knows("b.png") && ImageDecoder.knows("c.jpg"));
        assertFalse(ImageDecoder.knows("a.gif"));
    }

    private static void assertFails(Executable call, String... parts) {
        String message = assertThrows(DataException.class, call).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
