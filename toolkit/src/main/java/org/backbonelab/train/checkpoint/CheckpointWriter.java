package org.backbonelab.train.checkpoint;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.io.SafeTensorsHeader;
import org.backbonelab.io.SafeTensorsHeader.Tensor;
import org.backbonelab.io.Sha256;

/** Writes one checkpoint file, a tensor at a time; see {@link CheckpointFormat}. */
final class CheckpointWriter {
    private final FileChannel channel;
    private final MessageDigest digest = Sha256.digest();

    private CheckpointWriter(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Writes a file and returns when its bytes are on the disk.
     *
     * @param file overwritten if there
     * @param state what is no tensor
     * @param arrays float32, float64 or int64, by name
     */
    static void write(Path file, ObjectNode state, Map<String, NDArray> arrays) throws IOException {
        byte[] header = header(state, arrays);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            CheckpointWriter writer = new CheckpointWriter(channel);
            writer.put(ByteBuffer.wrap(header));
            for (NDArray array : arrays.values()) {
                // A view of libtorch's memory: a checkpoint makes no garbage of its own size.
                writer.put(array.toByteBuffer(true));
            }
            writer.put(ByteBuffer.wrap(writer.digest.digest()));
            channel.force(true);
        }
    }

    private static byte[] header(ObjectNode state, Map<String, NDArray> arrays) {
        List<Tensor> tensors = new ArrayList<>();
        arrays.forEach((name, array) -> tensors.add(new Tensor(
                name,
                CheckpointFormat.type(name, array.getDataType()),
                array.getShape().getShape())));
        tensors.add(new Tensor(CheckpointFormat.DIGEST, "U8", CheckpointFormat.DIGEST_BYTES));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", CheckpointFormat.FORMAT);
        metadata.put("version", CheckpointFormat.VERSION);
        metadata.put("state", state.toString());
        return SafeTensorsHeader.write(metadata, tensors);
    }

    private void put(ByteBuffer bytes) throws IOException {
        for (int at = 0; at < bytes.limit(); at += CheckpointFormat.CHUNK) {
            ByteBuffer chunk = bytes.slice(at, Math.min(CheckpointFormat.CHUNK, bytes.limit() - at));
            digest.update(chunk.duplicate());
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }
}
