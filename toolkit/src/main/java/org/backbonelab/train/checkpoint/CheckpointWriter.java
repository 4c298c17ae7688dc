package org.backbonelab.train.checkpoint;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.backbonelab.train.checkpoint.CheckpointFormat.Header;
import org.backbonelab.train.checkpoint.CheckpointFormat.Tensor;

/** Writes one checkpoint file, a tensor at a time; see {@link CheckpointFormat}. */
final class CheckpointWriter {
    private final FileChannel channel;
    private final MessageDigest digest = CheckpointFormat.sha256();

    private CheckpointWriter(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Writes a file and returns when its bytes are on the disk.
     *
     * @param file overwritten if there
     * @param state what is no tensor
     * @param arrays float32 or int64, by name
     */
    static void write(Path file, ObjectNode state, Map<String, NDArray> arrays) throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        long offset = 0;
        for (Map.Entry<String, NDArray> entry : arrays.entrySet()) {
            NDArray array = entry.getValue();
            Tensor tensor = Tensor.of(entry.getKey(), array.getDataType(), array.getShape(), offset);
            tensors.add(tensor);
            offset += tensor.bytes();
        }
        byte[] header = CheckpointFormat.MAPPER.writeValueAsBytes(new Header(state, tensors));
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            CheckpointWriter writer = new CheckpointWriter(channel);
            writer.put(prologue(header.length, offset));
            writer.put(ByteBuffer.wrap(header));
            for (NDArray array : arrays.values()) {
                // A view of libtorch's memory: a checkpoint makes no garbage of its own size.
                writer.put(array.toByteBuffer(true));
            }
            writer.put(ByteBuffer.wrap(writer.digest.digest()));
            channel.force(true);
        }
    }

    private static ByteBuffer prologue(int header, long values) {
        return ByteBuffer.allocate(CheckpointFormat.PROLOGUE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(CheckpointFormat.MAGIC)
                .putInt(CheckpointFormat.VERSION)
                .putInt(header)
                .putLong(CheckpointFormat.PROLOGUE + header + values + CheckpointFormat.DIGEST)
                .flip();
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
