package org.backbonelab.train.checkpoint;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The layout of a checkpoint file: everything little-endian, nothing that runs code when it is read.
 *
 * <pre>
 * 8 bytes   magic "BBLCKPT\n"
 * 4 bytes   version of the format
 * 4 bytes   length of the header
 * 8 bytes   length of the whole file
 * header    JSON, UTF-8: {"state": {...}, "tensors": [{"name", "type", "shape", "offset"}, ...]}
 * values    of all tensors, row-major, one after the other; offsets count from the first
 * 32 bytes  SHA-256 of all bytes before
 * </pre>
 */
final class CheckpointFormat {
    static final byte[] MAGIC = "BBLCKPT\n".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;
    static final int PROLOGUE = 24;
    static final int DIGEST = 32;
    static final int CHUNK = 1 << 20;
    static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Map<String, DataType> TYPES = Map.of("float32", DataType.FLOAT32, "int64", DataType.INT64);

    private CheckpointFormat() {}

    /**
     * The header.
     *
     * @param state what is no tensor
     * @param tensors in the order of their values
     */
    record Header(ObjectNode state, List<Tensor> tensors) {}

    /**
     * One tensor in the header.
     *
     * @param offset of its first byte among the values
     */
    record Tensor(String name, String type, long[] shape, long offset) {
        static Tensor of(String name, DataType type, Shape shape, long offset) {
            if (!TYPES.containsValue(type)) {
                throw new IllegalArgumentException("tensor " + name + " is " + type + ", expected float32 or int64");
            }
            return new Tensor(name, type.name().toLowerCase(java.util.Locale.ROOT), shape.getShape(), offset);
        }

        DataType dataType() {
            return TYPES.get(type);
        }

        Shape toShape() {
            return new Shape(shape);
        }

        long bytes() {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact)
                    * dataType().getNumOfBytes();
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
