package org.backbonelab.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The head of a safetensors file: 8 bytes length, JSON that says where each tensor lies, then the values, all
 * little-endian.
 *
 * <p>Checked whole before any value is read: as the format demands, tensors cover the values without gap or overlap, and
 * each has the bytes that its shape and type ask for.
 *
 * @param metadata text by name
 * @param tensors in the order of the header
 * @param start bytes of the file before the values
 */
public record SafeTensorsHeader(Map<String, String> metadata, List<Entry> tensors, long start) {
    /** Bytes before the JSON. */
    public static final int PROLOGUE = 8;
    /** About 80,000 tensors; the format would allow twelve times as much, which takes minutes to parse. */
    public static final int LONGEST = 8 << 20;

    private static final String METADATA = "__metadata__";
    private static final JsonMapper MAPPER = Json.mapper();
    private static final Map<String, Integer> BYTES =
            Map.of("F64", 8, "I64", 8, "F32", 4, "I32", 4, "F16", 2, "BF16", 2, "U8", 1, "BOOL", 1);

    /** A file whose head is not that of safetensors; the message says what is wrong, without the file's name. */
    public static final class MalformedException extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }

        MalformedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * One tensor.
     *
     * @param type as the format names it, such as F32
     * @param from first byte among the values
     * @param to byte behind the last
     */
    public record Entry(String name, String type, long[] shape, long from, long to) {}

    /**
     * Reads and checks the head of a file. That the file holds the values, too, is for the caller to compare: by
     * {@link #end()}.
     *
     * @throws MalformedException if the file does not begin with such a head
     */
    public static SafeTensorsHeader read(FileChannel channel) throws IOException {
        ByteBuffer prologue = ByteBuffer.allocate(PROLOGUE).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, prologue, 0);
        long size = prologue.getLong(0);
        if (size < 2 || size > LONGEST || size > channel.size() - PROLOGUE) {
            throw new MalformedException("it gives its header " + Long.toUnsignedString(size) + " bytes");
        }
        ByteBuffer text = ByteBuffer.allocate((int) size);
        fill(channel, text, PROLOGUE);
        try {
            return parse(MAPPER.readTree(new String(text.array(), StandardCharsets.UTF_8)), PROLOGUE + size);
        } catch (JsonProcessingException e) {
            throw new MalformedException("its header is not JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new MalformedException("it ends early");
            }
        }
    }

    private static SafeTensorsHeader parse(JsonNode header, long start) throws MalformedException {
        if (!header.isObject()) {
            throw new MalformedException("its header is not a JSON object");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        header.path(METADATA)
                .properties()
                .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (!field.getKey().equals(METADATA)) {
                entries.add(entry(field.getKey(), field.getValue()));
            }
        }
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Entry::from).thenComparingLong(Entry::to));
        long at = 0;
        for (Entry entry : sorted) {
            if (entry.from != at) {
                throw new MalformedException(
                        "tensor " + entry.name + " starts at byte " + entry.from + ", expected " + at);
            }
            at = entry.to;
        }
        return new SafeTensorsHeader(metadata, entries, start);
    }

    private static Entry entry(String name, JsonNode node) throws MalformedException {
        long[] shape = numbers(name, node.path("shape"));
        long[] offsets = numbers(name, node.path("data_offsets"));
        if (offsets.length != 2 || offsets[1] < offsets[0]) {
            throw new MalformedException("tensor " + name + " lies at " + node.path("data_offsets"));
        }
        String type = node.path("dtype").asText();
        long bytes = offsets[1] - offsets[0];
        // What has a type we do not know is as long as it says: whoever wants its values refuses it by the type.
        long expected = BYTES.containsKey(type) ? bytes(name, type, shape) : bytes;
        if (bytes != expected) {
            throw new MalformedException(
                    "tensor " + name + " has " + bytes + " bytes, expected " + expected + " for the shape "
                            + node.path("shape") + " of " + type,
                    null);
        }
        return new Entry(name, type, shape, offsets[0], offsets[1]);
    }

    private static long bytes(String name, String type, long[] shape) throws MalformedException {
        long out = BYTES.get(type);
        try {
            for (long n : shape) {
                out = Math.multiplyExact(out, n);
            }
        } catch (ArithmeticException e) {
            throw new MalformedException("tensor " + name + " has a shape of more than 2^63 bytes", e);
        }
        return out;
    }

    private static long[] numbers(String name, JsonNode node) throws MalformedException {
        if (!node.isArray()) {
            throw new MalformedException("tensor " + name + " lacks its shape or its offsets");
        }
        long[] out = new long[node.size()];
        for (int i = 0; i < out.length; i++) {
            JsonNode n = node.get(i);
            if (!n.canConvertToLong() || !n.isIntegralNumber() || n.asLong() < 0) {
                throw new MalformedException(
                        "tensor " + name + " has " + n + " where a size or an offset was expected");
            }
            out[i] = n.asLong();
        }
        return out;
    }

    /** What a tensor to be written is, before it has a place. */
    public record Tensor(String name, String type, long... shape) {}

    /** Returns the bytes of all values. */
    public long end() {
        return tensors.stream().mapToLong(Entry::to).max().orElse(0);
    }

    /**
     * Returns the bytes of a file before its values, which follow one behind the other. Spaces make them start at a
     * multiple of 8 bytes.
     *
     * @throws IllegalArgumentException if it would be longer than {@link #read} takes
     */
    public static byte[] write(Map<String, String> metadata, List<Tensor> tensors) {
        ObjectNode root = MAPPER.createObjectNode();
        root.set(METADATA, MAPPER.valueToTree(metadata));
        long at = 0;
        for (Tensor tensor : tensors) {
            long end = at + Arrays.stream(tensor.shape).reduce(BYTES.get(tensor.type), Math::multiplyExact);
            ObjectNode node = root.putObject(tensor.name).put("dtype", tensor.type);
            node.set("shape", MAPPER.valueToTree(tensor.shape));
            node.set("data_offsets", MAPPER.valueToTree(new long[] {at, end}));
            at = end;
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        int size = (json.length + PROLOGUE - 1) / PROLOGUE * PROLOGUE;
        Checks.require(size <= LONGEST, "length of a safetensors header", size, "at most " + LONGEST + " bytes");
        ByteBuffer out = ByteBuffer.allocate(PROLOGUE + size).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(size).put(json).put(" ".repeat(size - json.length).getBytes(StandardCharsets.US_ASCII));
        return out.array();
    }
}
