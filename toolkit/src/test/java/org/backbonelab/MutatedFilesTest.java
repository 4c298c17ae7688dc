package org.backbonelab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.backbonelab.data.Idx;
import org.backbonelab.data.ImageFolder;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.model.weights.Npz;
import org.backbonelab.model.weights.SafeTensors;
import org.backbonelab.model.weights.StoredTensor;
import org.backbonelab.model.weights.WeightException;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;
import org.backbonelab.study.Cell;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.IdxFiles;
import org.backbonelab.train.checkpoint.CheckpointException;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole files, changed at random: each is read, or refused with a sentence that names it; nothing else is thrown.
 *
 * <p>The changes come from a seed, so a failure can be repeated. More of them: {@code -Dmutations=100000}.
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

    /** A kind of file: a whole one, and what reads it. */
    private record Kind(String name, byte[] whole, Consumer<Path> reader) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() throws IOException {
        return Stream.of(
                new Kind("a-idx3-ubyte", IdxFiles.bytes(IdxFiles.counting(300), 3, 10, 10), Idx::read),
                new Kind("a.gz", packed(), Idx::read),
                new Kind("a.png", image("png"), MutatedFilesTest::decode),
                new Kind("a.jpg", image("jpg"), MutatedFilesTest::decode),
                new Kind("a.safetensors", safeTensors(), file -> use(SafeTensors.read(file))),
                new Kind("a.npz", npz(), file -> use(Npz.read(file))),
                new Kind("a.ckpt", checkpoint(), MutatedFilesTest::restore),
                new Kind("a.jsonl", lines(), RowLines::read),
                new Kind("cell.json", cell().json().getBytes(StandardCharsets.UTF_8), MutatedFilesTest::parse));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyChangeIsReadOrRefusedWithASentence(Kind kind) throws IOException {
        // A class folder, for what an image folder reads.
        Path file = Files.createDirectories(folder.resolve(kind.name() + ".set").resolve("class"))
                .resolve(kind.name());
        Files.write(file, kind.whole());
        kind.reader().accept(file);
        SplittableRandom random = new SplittableRandom(kind.name().hashCode());
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] changed = changed(kind.whole(), random);
            Files.write(file, changed);
            try {
                kind.reader().accept(file);
            } catch (DataException | WeightException | CheckpointException e) {
                assertTrue(e.getMessage().contains(kind.name()), e.getMessage());
                refused++;
            } catch (IllegalArgumentException e) {
                // Of text: the caller names the cell's file.
                assertTrue(e.getMessage().contains(kind.name()) || kind.name().equals("cell.json"), e.getMessage());
                refused++;
            } catch (RuntimeException | Error e) {
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

    private static void decode(Path file) {
        new ImageFolder(file.getParent().getParent(), 3, 8, 1).read(0, new Pixels());
    }

    private static void use(Map<String, StoredTensor> tensors) {
        tensors.values().forEach(t -> assertEquals(t.shape().size(), t.values().get().length));
    }

    private static void restore(Path file) {
        try (CheckpointReader reader = CheckpointReader.open(file);
                NDManager manager = Torch.newManager()) {
            reader.arrays("", manager);
        }
    }

    private static void parse(Path file) {
        try {
            Cell.parse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] packed() throws IOException {
        byte[] plain = IdxFiles.bytes(IdxFiles.counting(300), 3, 10, 10);
        return Files.readAllBytes(IdxFiles.gzip(folder.resolve("packed"), plain));
    }

    private static byte[] image(String format) throws IOException {
        BufferedImage image = new BufferedImage(23, 17, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 23 * 17; i++) {
            image.setRGB(i % 23, i / 23, i * 12_345);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    private static byte[] safeTensors() throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", new StoredTensor(new Shape(2, 3), () -> new float[] {1, 2, 3, 4, 5, 6}));
        tensors.put("bias", new StoredTensor(new Shape(), () -> new float[] {7}));
        Path file = folder.resolve("whole.safetensors");
        SafeTensors.write(file, tensors);
        return Files.readAllBytes(file);
    }

    private static byte[] npz() throws IOException {
        ByteArrayOutputStream array = new ByteArrayOutputStream();
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }";
        array.write("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
        array.write(new byte[] {1, 0, (byte) header.length(), 0});
        array.write(header.getBytes(StandardCharsets.US_ASCII));
        array.write(new byte[16]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("a.npy"));
            zip.write(array.toByteArray());
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    private static byte[] checkpoint() throws IOException {
        Path file = folder.resolve("whole.ckpt");
        try (NDManager manager = Torch.newManager();
                Checkpoints checkpoints = new Checkpoints(file, "cell", Duration.ZERO)) {
            checkpoints.saveNow(
                    new ObjectMapper().createObjectNode().put("step", 3), Map.of("w", manager.ones(new Shape(2, 3))));
        }
        return Files.readAllBytes(file);
    }

    private static Cell cell() {
        return new Cell("synthetic", 60, 20, 20, "resnet_micro", "plain", List.of(Recipe.supervised()), 0);
    }

    private static byte[] lines() throws IOException {
        Cell cell = cell();
        Row row = new Row(
                cell.id(), cell.json(), Map.of("seed", 0), Row.Status.OK, Map.of("test_top1", 10.0), Map.of(), null, 1);
        Path file = folder.resolve("whole.jsonl");
        RowLines.write(List.of(new RowLines.Line(row, List.of())), file);
        return Files.readAllBytes(file);
    }
}
