package org.backbonelab.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes IDX files in the format of MNIST. */
public final class IdxFiles {
    private IdxFiles() {}

    /** Returns magic number, axes and values. */
    public static byte[] bytes(byte[] values, int... shape) {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * shape.length + values.length);
        out.put(new byte[] {0, 0, 8, (byte) shape.length});
        for (int axis : shape) {
            out.putInt(axis);
        }
        return out.put(values).array();
    }

    /** Returns values 0, 1, 2, ... modulo 256. */
    public static byte[] counting(int count) {
        byte[] out = new byte[count];
        for (int i = 0; i < count; i++) {
            out[i] = (byte) i;
        }
        return out;
    }

    /** Writes a file, compressed. */
    public static Path gzip(Path file, byte[] content) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(content);
        }
        return file;
    }
}
