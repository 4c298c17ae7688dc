package org.backbonelab.train.checkpoint;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/**
 * What a checkpoint file is beyond <a href="https://huggingface.co/docs/safetensors">safetensors</a>, which any reader of
 * that format opens and nothing of which runs code.
 *
 * <ul>
 *   <li>{@code __metadata__}: {@code format} is {@value #FORMAT}, {@code version} that of this layout, {@code state} a JSON
 *       object with what is no tensor;
 *   <li>the arrays, float32 or int64;
 *   <li>last the tensor {@value #DIGEST}, 32 bytes: SHA-256 of all bytes of the file before it.
 * </ul>
 */
final class CheckpointFormat {
    static final String FORMAT = "backbonelab-checkpoint";
    static final String VERSION = "2";
    static final String DIGEST = "sha256";
    static final int DIGEST_BYTES = 32;
    static final int CHUNK = 1 << 20;
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final Map<String, DataType> TYPES = Map.of("F32", DataType.FLOAT32, "I64", DataType.INT64);

    private CheckpointFormat() {}

    /** Returns safetensors' name of a type. */
    static String type(String name, DataType type) {
        return TYPES.entrySet().stream()
                .filter(e -> e.getValue() == type)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("tensor " + name + " is " + type + ", expected float32 or int64"))
                .getKey();
    }
}
