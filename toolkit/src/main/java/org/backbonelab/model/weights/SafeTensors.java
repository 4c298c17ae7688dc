package org.backbonelab.model.weights;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.SafeTensorsHeader;
import org.backbonelab.io.SafeTensorsHeader.Entry;
import org.backbonelab.io.SafeTensorsHeader.Tensor;

/** Reads and writes weights as safetensors; values are mapped into memory, a tensor at a time. */
public final class SafeTensors {
    private SafeTensors() {}

    /**
     * Returns all tensors by name, in the order of the header.
     *
     * @throws WeightException if the file is missing, or not safetensors of F16, BF16, F32, F64 or I64
     */
    public static Map<String, StoredTensor> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new WeightException(file + ": no such file");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            SafeTensorsHeader header = SafeTensorsHeader.read(channel);
            long start = header.start();
            if (start + header.end() != channel.size()) {
                throw corrupt(file, "tensors end at byte " + header.end() + " of " + (channel.size() - start), null);
            }
            Map<String, StoredTensor> out = new LinkedHashMap<>();
            header.tensors().forEach(entry -> out.put(entry.name(), tensor(file, start, entry)));
            return out;
        } catch (SafeTensorsHeader.MalformedException e) {
            throw corrupt(file, e.getMessage(), e);
        } catch (IOException e) {
            throw new WeightException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static StoredTensor tensor(Path file, long start, Entry entry) {
        NumberType type = NumberType.ofSafeTensors(entry.type());
        if (type == null) {
            throw new WeightException(file + ": tensor " + entry.name() + " has type \"" + entry.type()
                    + "\", expected F16, BF16, F32, F64 or I64; convert it");
        }
        return new StoredTensor(new Shape(entry.shape()), () -> values(file, start, entry, type));
    }

    private static float[] values(Path file, long start, Entry entry, NumberType type) {
        long bytes = entry.to() - entry.from();
        if (bytes > Integer.MAX_VALUE) {
            throw new WeightException(file + ": tensor " + entry.name() + " has " + bytes + " bytes, at most "
                    + Integer.MAX_VALUE + " can be read");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return type.read(channel.map(FileChannel.MapMode.READ_ONLY, start + entry.from(), bytes));
        } catch (IOException e) {
            throw new WeightException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static WeightException corrupt(Path file, String what, Exception cause) {
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
        List<Tensor> all = new ArrayList<>();
        tensors.forEach((name, t) ->
                all.add(new Tensor(name, NumberType.F32.name(), t.shape().getShape())));
        // What readers of PyTorch weights look for.
        return SafeTensorsHeader.write(Map.of("format", "pt"), all);
    }
}
