package org.backbonelab.model.weights;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.Json;

/**
 * Reads and writes safetensors: 8 bytes length of the header, the header (JSON), the values.
 *
 * <p>The whole header is checked before any value is read; values are mapped into memory, a tensor at a time. As the
 * format demands, tensors must cover the file without gap or overlap.
 */
public final class SafeTensors {
    private static final int PROLOGUE = 8;
    /** The format's own limit. */
    private static final long HEADER_MOST = 100_000_000;

    private static final String METADATA = "__metadata__";
    private static final JsonMapper MAPPER = Json.mapper();

    private final Path file;
    private long start;
    private long length;

    private SafeTensors(Path file) {
        this.file = file;
    }

    private record Entry(String name, NumberType type, Shape shape, long from, long to) {}

    /**
     * Returns all tensors by name, in the order of the header.
     *
     * @throws WeightException if the file is missing, or not safetensors of F16, BF16, F32, F64 or I64
     */
    public static Map<String, StoredTensor> read(Path file) {
        return new SafeTensors(file).tensors();
    }

    private Map<String, StoredTensor> tensors() {
        List<Entry> entries = new ArrayList<>();
        JsonNode header = header();
        if (!header.isObject()) {
            throw corrupt("its header is not a JSON object", null);
        }
        header.properties().forEach(field -> {
            if (!field.getKey().equals(METADATA)) {
                entries.add(entry(field.getKey(), field.getValue()));
            }
        });
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Entry::from).thenComparingLong(Entry::to));
        long at = 0;
        for (Entry entry : sorted) {
            if (entry.from != at) {
                throw corrupt("tensor " + entry.name + " starts at byte " + entry.from + ", expected " + at, null);
            }
            at = entry.to;
        }
        if (at != length) {
            throw corrupt("tensors end at byte " + at + " of " + length, null);
        }
        Map<String, StoredTensor> out = new LinkedHashMap<>();
        entries.forEach(e -> out.put(e.name, new StoredTensor(e.shape, () -> values(e))));
        return out;
    }

    private JsonNode header() {
        if (!Files.isRegularFile(file)) {
            throw new WeightException(file + ": no such file");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer prologue = ByteBuffer.allocate(PROLOGUE).order(ByteOrder.LITTLE_ENDIAN);
            fill(channel, prologue, 0);
            long size = prologue.getLong(0);
            if (size < 2 || size > HEADER_MOST || size > channel.size() - PROLOGUE) {
                throw corrupt("it gives its header " + size + " bytes", null);
            }
            ByteBuffer text = ByteBuffer.allocate((int) size);
            fill(channel, text, PROLOGUE);
            start = PROLOGUE + size;
            length = channel.size() - start;
            return MAPPER.readTree(new String(text.array(), StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw corrupt("its header is not JSON (" + e.getOriginalMessage() + ")", e);
        } catch (IOException e) {
            throw new WeightException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private void fill(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw corrupt("it ends early", null);
            }
        }
    }

    private Entry entry(String name, JsonNode node) {
        String typeName = node.path("dtype").asText();
        NumberType type = NumberType.ofSafeTensors(typeName);
        if (type == null) {
            throw new WeightException(file + ": tensor " + name + " has type \"" + typeName
                    + "\", expected F16, BF16, F32, F64 or I64; convert it");
        }
        long[] shape = numbers(name, node.path("shape"));
        long[] offsets = numbers(name, node.path("data_offsets"));
        if (offsets.length != 2 || offsets[1] < offsets[0] || offsets[1] > length) {
            throw corrupt(
                    "tensor " + name + " lies at " + node.path("data_offsets") + " of " + length + " bytes", null);
        }
        long expected = type.bytes();
        try {
            for (long n : shape) {
                expected = Math.multiplyExact(expected, n);
            }
        } catch (ArithmeticException e) {
            throw corrupt("tensor " + name + " has the shape " + node.path("shape"), e);
        }
        if (offsets[1] - offsets[0] != expected) {
            throw corrupt(
                    "tensor " + name + " has " + (offsets[1] - offsets[0]) + " bytes, expected " + expected
                            + " for the shape " + node.path("shape"),
                    null);
        }
        return new Entry(name, type, new Shape(shape), offsets[0], offsets[1]);
    }

    private long[] numbers(String name, JsonNode node) {
        if (!node.isArray()) {
            throw corrupt("tensor " + name + " lacks its shape or its offsets", null);
        }
        long[] out = new long[node.size()];
        for (int i = 0; i < out.length; i++) {
            JsonNode n = node.get(i);
            if (!n.canConvertToLong() || !n.isIntegralNumber() || n.asLong() < 0) {
                throw corrupt("tensor " + name + " has " + n + " where a size or an offset was expected", null);
            }
            out[i] = n.asLong();
        }
        return out;
    }

    private float[] values(Entry entry) {
        long bytes = entry.to - entry.from;
        if (bytes > Integer.MAX_VALUE) {
            throw new WeightException(file + ": tensor " + entry.name + " has " + bytes + " bytes, at most "
                    + Integer.MAX_VALUE + " can be read");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return entry.type.read(channel.map(FileChannel.MapMode.READ_ONLY, start + entry.from, bytes));
        } catch (IOException e) {
            throw new WeightException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private WeightException corrupt(String what, Exception cause) {
        return new WeightException(
                file + ": " + what + "; the file is truncated, corrupt or not safetensors: fetch it again", cause);
    }

    /**
     * Writes float32 tensors, to a temporary file that is then moved in place.
     *
     * @throws WeightException if the file cannot be written
     */
    public static void write(Path file, Map<String, StoredTensor> tensors) {
        try {
            AtomicFile.write(file, out -> {
                out.write(header(tensors));
                for (StoredTensor tensor : tensors.values()) {
                    float[] values = tensor.values().get();
                    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                            .order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asFloatBuffer().put(values);
                    out.write(bytes.array());
                }
            });
        } catch (UncheckedIOException e) {
            throw new WeightException(
                    file + ": cannot be written (" + e.getCause().getMessage() + ")", e);
        }
    }

    private static byte[] header(Map<String, StoredTensor> tensors) {
        ObjectNode root = MAPPER.createObjectNode();
        // What readers of PyTorch weights look for.
        root.putObject(METADATA).put("format", "pt");
        long at = 0;
        for (Map.Entry<String, StoredTensor> e : tensors.entrySet()) {
            Shape shape = e.getValue().shape();
            long end = at + shape.size() * Float.BYTES;
            ObjectNode node = root.putObject(e.getKey()).put("dtype", NumberType.F32.name());
            node.set("shape", MAPPER.valueToTree(shape.getShape()));
            node.set("data_offsets", MAPPER.valueToTree(new long[] {at, end}));
            at = end;
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        // Spaces make values start at a multiple of 8 bytes.
        int size = (json.length + PROLOGUE - 1) / PROLOGUE * PROLOGUE;
        ByteBuffer out = ByteBuffer.allocate(PROLOGUE + size).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(size).put(json).put(" ".repeat(size - json.length).getBytes(StandardCharsets.US_ASCII));
        return out.array();
    }
}
