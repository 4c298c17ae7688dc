package org.backbonelab.train.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.io.SafeTensorsHeader;
import org.backbonelab.io.SafeTensorsHeader.Entry;
import org.backbonelab.io.Sha256;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/** A whole checkpoint file: checked from the first to the last byte when it is opened, read a tensor at a time. */
public final class CheckpointReader implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final JsonNode state;
    private final Map<String, Entry> tensors = new LinkedHashMap<>();
    private final long start;

    private CheckpointReader(Path file, FileChannel channel, SafeTensorsHeader header, JsonNode state) {
        this.file = file;
        this.channel = channel;
        this.state = state;
        this.start = header.start();
        header.tensors().stream()
                .filter(t -> !t.name().equals(CheckpointFormat.DIGEST))
                .forEach(t -> tensors.put(t.name(), t));
    }

    /**
     * Opens a file and checks its format, version, length and checksum.
     *
     * @throws CheckpointException if the file is missing, foreign, truncated, damaged or of a newer version
     */
    public static CheckpointReader open(Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            return check(file, channel);
        } catch (IOException | CheckpointException e) {
            close(channel);
            if (e instanceof CheckpointException damaged) {
                throw damaged;
            }
            throw new CheckpointException(file, "cannot be read (" + e + ")", e);
        }
    }

    private static CheckpointReader check(Path file, FileChannel channel) throws IOException {
        SafeTensorsHeader header = CheckpointFormat.header(file, channel);
        long end = header.start() + header.end();
        if (channel.size() < end) {
            throw new CheckpointException(
                    file, "is truncated: " + channel.size() + " bytes, expected " + end + CheckpointFormat.REMEDY);
        }
        long digest = end - CheckpointFormat.DIGEST_BYTES;
        if (channel.size() > end
                || !CheckpointFormat.isWhole(header)
                || !Arrays.equals(digest(channel, digest), read(channel, digest, CheckpointFormat.DIGEST_BYTES))) {
            throw new CheckpointException(
                    file, "is damaged: its checksum does not fit its content" + CheckpointFormat.REMEDY);
        }
        JsonNode state = CheckpointFormat.MAPPER.readTree(header.metadata().getOrDefault("state", "{}"));
        return new CheckpointReader(file, channel, header, state);
    }

    private static byte[] digest(FileChannel channel, long end) throws IOException {
        MessageDigest digest = Sha256.digest();
        for (long at = 0; at < end; at += CheckpointFormat.CHUNK) {
            digest.update(read(channel, at, (int) Math.min(CheckpointFormat.CHUNK, end - at)));
        }
        return digest.digest();
    }

    private static byte[] read(FileChannel channel, long position, int count) throws IOException {
        byte[] out = new byte[count];
        fill(channel, position, ByteBuffer.wrap(out));
        return out;
    }

    private static ByteBuffer fill(FileChannel channel, long position, ByteBuffer out) throws IOException {
        while (out.hasRemaining()) {
            if (channel.read(out, position + out.position()) < 0) {
                throw new IOException("ends at byte " + (position + out.position()));
            }
        }
        return out.flip();
    }

    /** Returns the file. */
    public Path file() {
        return file;
    }

    /** Returns what is no tensor. */
    public JsonNode state() {
        return state;
    }

    /**
     * Returns one field of the state.
     *
     * @throws CheckpointException if it is not there or of another form
     */
    public <T> T read(String field, Class<T> type) {
        try {
            T value = CheckpointFormat.MAPPER.treeToValue(state.path(field), type);
            if (value != null) {
                return value;
            }
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    file, "has another form of " + field + " (" + e.getOriginalMessage() + ")", e);
        }
        throw new CheckpointException(file, "has no " + field + CheckpointFormat.REMEDY);
    }

    /** Returns one field of the state that holds whole numbers by name. */
    public Map<String, Long> counts(String field) {
        Map<String, Long> out = new LinkedHashMap<>();
        state.path(field)
                .properties()
                .forEach(e -> out.put(e.getKey(), e.getValue().asLong()));
        return out;
    }

    /**
     * Copies tensors into arrays of the same names.
     *
     * @param prefix of the names in the file
     * @param targets overwritten
     * @throws CheckpointException if the file has not exactly these names with these shapes
     */
    public void restore(String prefix, Map<String, NDArray> targets) {
        long count = tensors.keySet().stream().filter(n -> n.startsWith(prefix)).count();
        if (count != targets.size()) {
            throw new CheckpointException(
                    file,
                    "has " + count + " tensors " + prefix + "*, expected " + targets.size() + ": another network");
        }
        // All are looked at before the first is overwritten: a network is restored whole or left alone.
        targets.forEach((name, target) -> {
            Entry tensor = tensors.get(prefix + name);
            if (tensor == null
                    || !Arrays.equals(tensor.shape(), target.getShape().getShape())
                    || CheckpointFormat.TYPES.get(tensor.type()) != target.getDataType()) {
                throw new CheckpointException(
                        file,
                        "has no tensor " + prefix + name + " of shape " + target.getShape() + ": another network");
            }
        });
        Torch.withoutGradients(() -> {
            targets.forEach((name, target) -> {
                try (NDArray source = array(target.getManager(), tensors.get(prefix + name))) {
                    Kernels.assign(target, source);
                }
            });
            return null;
        });
    }

    /** Returns the tensors whose names begin with a prefix, without it, as arrays of a manager. */
    public Map<String, NDArray> arrays(String prefix, NDManager manager) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                out.put(name.substring(prefix.length()), array(manager, tensor));
            }
        });
        return out;
    }

    private NDArray array(NDManager manager, Entry tensor) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(tensor.to() - tensor.from()));
        try {
            fill(channel, start + tensor.from(), bytes.order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e + ")", e);
        }
        // The array of a direct buffer borrows its memory; the copy has its own.
        try (NDArray raw =
                manager.create(bytes, new Shape(tensor.shape()), CheckpointFormat.TYPES.get(tensor.type()))) {
            return raw.duplicate();
        }
    }

    @Override
    public void close() {
        close(channel);
    }

    private static void close(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing was written through it: what was read stands.
        }
    }
}
