package org.backbonelab.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Checks;

/**
 * Reads IDX files of unsigned bytes, the format of MNIST, plain or gzip.
 *
 * <p>Layout: two zero bytes, the type 0x08, the number of axes, each axis as a big-endian 32-bit number, the values.
 *
 * @param shape length of each axis
 * @param values in row-major order, unsigned
 */
public record Idx(int[] shape, byte[] values) {
    private static final int UNSIGNED_BYTE = 0x08;
    private static final long MAX_VALUES = 1 << 30;

    /**
     * Reads a file; gzip is recognised by its first bytes, whatever the name.
     *
     * @param expected the shape, where it is known: another one is refused before its values are read
     * @throws DataException if the file is missing, truncated, too long, of another shape, or not IDX of unsigned bytes
     */
    public static Idx read(Path file, int... expected) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + ": no such file");
        }
        try (InputStream in = open(file)) {
            int[] shape = header(file, in);
            if (expected.length > 0 && !Arrays.equals(shape, expected)) {
                throw new DataException(
                        file + ": shape " + Arrays.toString(shape) + ", expected " + Arrays.toString(expected));
            }
            // Not in whole numbers, whose product could wrap to one that fits.
            double claimed = Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
            long most = Math.min(MAX_VALUES, Files.size(file) * Checks.DEFLATE_RATIO);
            if (claimed > most) {
                throw new DataException(file + ": header says " + Arrays.toString(shape) + ", " + (long) claimed
                        + " values; a file of its length can have " + most + "; it is corrupt");
            }
            int count = (int) claimed;
            byte[] values = in.readNBytes(count);
            if (values.length < count) {
                throw new DataException(file + ": " + values.length + " values, expected " + count + " for the shape "
                        + Arrays.toString(shape) + "; the file is truncated");
            }
            if (in.read() != -1) {
                throw new DataException(file + ": more than the " + count + " values of the shape "
                        + Arrays.toString(shape) + "; the file is corrupt");
            }
            return new Idx(shape, values);
        } catch (ZipException e) {
            throw new DataException(file + ": corrupt gzip data (" + e.getMessage() + ")", e);
        } catch (EOFException e) {
            throw new DataException(file + ": gzip data ends early; the file is truncated", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            return gzip ? new GZIPInputStream(in, 1 << 16) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static int[] header(Path file, InputStream in) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4 || magic[0] != 0 || magic[1] != 0 || magic[2] != UNSIGNED_BYTE || magic[3] < 1) {
            throw new DataException(file + ": starts with " + Arrays.toString(magic)
                    + ", expected [0, 0, 8, axes]; this is not an IDX file of unsigned bytes");
        }
        byte[] lengths = in.readNBytes(4 * magic[3]);
        if (lengths.length < 4 * magic[3]) {
            throw new DataException(file + ": header ends early; the file is truncated");
        }
        int[] shape = new int[magic[3]];
        ByteBuffer.wrap(lengths).asIntBuffer().get(shape);
        for (int axis : shape) {
            if (axis < 1) {
                throw new DataException(
                        file + ": header says " + Arrays.toString(shape) + ", expected positive axes; corrupt");
            }
        }
        return shape;
    }
}
