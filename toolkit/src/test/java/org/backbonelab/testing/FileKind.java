package org.backbonelab.testing;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.backbonelab.data.CifarFiles;
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
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;

/**
 * A kind of file that someone else may have made: a whole one, and what reads it.
 *
 * <p>Whatever the bytes are, the file is read, or refused by an exception of ours whose message names it; nothing else is
 * thrown, nothing is written, and no more memory is taken than {@link #MOST_BYTES}.
 */
public record FileKind(String name, Maker maker, Consumer<Path> reader) {
    /** An image of the most pixels that are allowed takes half of it. */
    private static final long MOST_BYTES = 1L << 30;

    /** Makes a whole file's bytes, with a folder for what it needs. */
    @FunctionalInterface
    public interface Maker {
        /** Returns the bytes. */
        byte[] make(Path folder) throws IOException;
    }

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Returns all kinds. */
    public static List<FileKind> all() {
        return List.of(
                new FileKind("a-idx3-ubyte", folder -> idx(), Idx::read),
                new FileKind("a.gz", FileKind::packed, Idx::read),
                new FileKind(CifarFiles.NAME, folder -> CifarFiles.records(), CifarFiles::read),
                new FileKind("a.png", folder -> image("png"), FileKind::decode),
                new FileKind("a.jpg", folder -> image("jpg"), FileKind::decode),
                new FileKind("a.safetensors", FileKind::safeTensors, file -> use(SafeTensors.read(file))),
                new FileKind("a.npz", folder -> npz(), file -> use(Npz.read(file))),
                new FileKind("a.ckpt", FileKind::checkpoint, FileKind::restore),
                new FileKind("a.jsonl", FileKind::lines, RowLines::read),
                new FileKind("cell.json", folder -> cell().json().getBytes(StandardCharsets.UTF_8), FileKind::parse));
    }

    /** Makes the folder that the file lies in; an image folder reads classes, so it is one. */
    public Path file(Path folder) throws IOException {
        Path home = folder.resolve(name + ".set").resolve("class");
        return Files.createDirectories(home).resolve(name);
    }

    /**
     * Writes the bytes to the file and reads it.
     *
     * @return whether it was refused
     * @throws AssertionError if it was neither read nor refused in the way that is promised
     */
    public boolean refuses(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean refused = false;
        try {
            reader.accept(file);
        } catch (DataException | WeightException | IllegalArgumentException e) {
            // A cell is text: the caller names its file.
            if (!name.equals("cell.json") && !String.valueOf(e.getMessage()).contains(name)) {
                throw new AssertionError("the message does not name " + name, e);
            }
            refused = true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(name + " was neither read nor refused", e);
        }
        long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (taken > MOST_BYTES) {
            throw new AssertionError(name + ": " + taken + " bytes were taken for a file of " + bytes.length);
        }
        assertAlone(file);
        return refused;
    }

    private static void assertAlone(Path file) {
        try (Stream<Path> all = Files.list(file.getParent())) {
            List<Path> found = all.toList();
            if (!found.equals(List.of(file))) {
                throw new AssertionError("reading " + file + " has written: " + found);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void decode(Path file) {
        new ImageFolder(file.getParent().getParent(), 3, 8, 1).read(0, new Pixels());
    }

    private static void use(Map<String, StoredTensor> tensors) {
        tensors.values().forEach(t -> {
            if (t.shape().size() != t.values().get().length) {
                throw new AssertionError("a tensor of " + t.shape() + " has another number of values");
            }
        });
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

    private static byte[] idx() {
        return IdxFiles.bytes(IdxFiles.counting(300), 3, 10, 10);
    }

    private static byte[] packed(Path folder) throws IOException {
        return Files.readAllBytes(IdxFiles.gzip(folder.resolve("packed"), idx()));
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

    private static byte[] safeTensors(Path folder) throws IOException {
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

    private static byte[] checkpoint(Path folder) throws IOException {
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

    private static byte[] lines(Path folder) throws IOException {
        Cell cell = cell();
        Row row = new Row(
                cell.id(), cell.json(), Map.of("seed", 0), Row.Status.OK, Map.of("test_top1", 10.0), Map.of(), null, 1);
        Path file = folder.resolve("whole.jsonl");
        RowLines.write(List.of(new RowLines.Line(row, List.of())), file);
        return Files.readAllBytes(file);
    }

    @Override
    public String toString() {
        return name;
    }
}
