package org.backbonelab.train.checkpoint;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.backbonelab.io.SafeTensorsHeader;

/**
 * What a checkpoint file is beyond <a href="https://huggingface.co/docs/safetensors">safetensors</a>, which any reader of
 * that format opens and nothing of which runs code.
 *
 * <ul>
 *   <li>{@code __metadata__}: {@code format} is {@value #FORMAT}, {@code version} that of this layout, {@code state} a JSON
 *       object with what is no tensor;
 *   <li>the arrays, float32, float64 or int64;
 *   <li>last the tensor {@value #DIGEST}, 32 bytes: SHA-256 of all bytes of the file before it.
 * </ul>
 */
final class CheckpointFormat {
    static final String FORMAT = "backbonelab-checkpoint";
    static final String VERSION = "2";
    static final String DIGEST = "sha256";
    static final int DIGEST_BYTES = 32;
    static final String REMEDY = "; delete it to train from the start";
    static final int CHUNK = 1 << 20;
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final Map<String, DataType> TYPES =
            Map.of("F32", DataType.FLOAT32, "F64", DataType.FLOAT64, "I64", DataType.INT64);

    private CheckpointFormat() {}

    /** Returns safetensors' name of a type. */
    static String type(String name, DataType type) {
        return TYPES.entrySet().stream()
                .filter(e -> e.getValue() == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "tensor " + name + " is " + type + ", expected float32, float64 or int64"))
                .getKey();
    }

    /**
     * Reads the head of a checkpoint.
     *
     * @throws CheckpointException if the file is foreign, truncated in its head, damaged there or of another version
     */
    static SafeTensorsHeader header(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer first = ByteBuffer.allocate(SafeTensorsHeader.PROLOGUE).order(ByteOrder.LITTLE_ENDIAN);
        channel.read(first, 0);
        long length = first.getLong(0);
        if (length < 0 || length > SafeTensorsHeader.LONGEST) {
            throw new CheckpointException(
                    file,
                    "is no checkpoint of today's Backbone Lab: it starts with \"" + printable(first.array())
                            + "\"; move it away, or finish its training with the version that wrote it");
        }
        if (size < SafeTensorsHeader.PROLOGUE + length) {
            throw new CheckpointException(file, "is truncated: " + size + " bytes" + REMEDY);
        }
        SafeTensorsHeader header;
        try {
            header = SafeTensorsHeader.read(channel);
        } catch (SafeTensorsHeader.MalformedException e) {
            throw new CheckpointException(file, "is damaged: " + e.getMessage() + REMEDY, e);
        }
        if (!FORMAT.equals(header.metadata().get("format"))) {
            throw new CheckpointException(file, "is no checkpoint of Backbone Lab but other tensors; move it away");
        }
        String version = header.metadata().get("version");
        if (!VERSION.equals(version)) {
            throw new CheckpointException(
                    file,
                    "has format version " + version + ", this version of Backbone Lab reads " + VERSION
                            + "; continue with the version that wrote it, or delete it");
        }
        return header;
    }

    /** Tells whether the tensors are such as a checkpoint has. */
    static boolean isWhole(SafeTensorsHeader header) {
        int last = header.tensors().size() - 1;
        return last >= 0
                && header.tensors().get(last).to() == header.end()
                && header.tensors().get(last).name().equals(DIGEST)
                && Arrays.equals(header.tensors().get(last).shape(), new long[] {DIGEST_BYTES})
                && header.tensors().subList(0, last).stream().allMatch(t -> TYPES.containsKey(t.type()));
    }

    private static String printable(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII).replaceAll("[^ -~]", ".");
    }
}
