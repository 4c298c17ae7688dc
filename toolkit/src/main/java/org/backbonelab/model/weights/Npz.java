package org.backbonelab.model.weights;

import ai.djl.ndarray.types.Shape;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.backbonelab.io.Checks;

/**
 * Reads npz, a zip of numpy arrays; arrays of Python objects are refused, so no pickle is ever run.
 *
 * <p>An array begins with {@code \x93NUMPY}, a version, the length of its header, and the header, a Python literal such
 * as <code>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</code>.
 */
public final class Npz {
    private static final byte[] MAGIC = "\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1);
    private static final int HEADER_MOST = 1 << 16;
    private static final String SUFFIX = ".npy";
    private static final Pattern HEADER = Pattern.compile("\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':"
            + "\\s*(True|False),\\s*'shape':\\s*\\(([0-9, ]*)\\),?\\s*}\\s*");

    private final Path file;

    private Npz(Path file) {
        this.file = file;
    }

    private record Entry(String name, NumberType type, boolean fortran, long[] shape, int start) {}

    /**
     * Returns all arrays by name.
     *
     * @throws WeightException if the file is missing, or not npz of 16, 32 or 64-bit floats or 64-bit integers
     */
    public static Map<String, StoredTensor> read(Path file) {
        return new Npz(file).arrays();
    }

    private Map<String, StoredTensor> arrays() {
        if (!Files.isRegularFile(file)) {
            throw new WeightException(file + ": no such file");
        }
        Map<String, StoredTensor> out = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry item : entries(zip)) {
                if (!item.getName().endsWith(SUFFIX)) {
                    throw corrupt("it holds \"" + item.getName() + "\", expected names that end in " + SUFFIX, null);
                }
                Entry entry = entry(zip, item);
                String name = item.getName().substring(0, item.getName().length() - SUFFIX.length());
                if (out.put(name, tensor(entry)) != null) {
                    throw corrupt("it holds " + name + " twice", null);
                }
            }
        } catch (EOFException e) {
            throw corrupt("an array ends early", e);
        } catch (IOException e) {
            throw corrupt("it cannot be read (" + e.getMessage() + ")", e);
        }
        return out;
    }

    private List<ZipEntry> entries(ZipFile zip) {
        try {
            return List.copyOf(zip.stream().toList());
        } catch (IllegalArgumentException e) {
            // So java.util.zip says it, and without the file.
            throw corrupt("it has a name that is not UTF-8", e);
        }
    }

    private StoredTensor tensor(Entry entry) {
        if (!entry.fortran) {
            return new StoredTensor(new Shape(entry.shape), () -> values(entry));
        }
        int rank = entry.shape.length;
        long[] reversed = IntStream.range(0, rank)
                .mapToLong(i -> entry.shape[rank - 1 - i])
                .toArray();
        int[] axes = IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        return new StoredTensor(new Shape(reversed), () -> values(entry)).permute(axes);
    }

    private Entry entry(ZipFile zip, ZipEntry item) throws IOException {
        try (DataInputStream in = new DataInputStream(zip.getInputStream(item))) {
            byte[] magic = in.readNBytes(MAGIC.length);
            int version = in.readUnsignedByte();
            in.readUnsignedByte();
            if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
                throw corrupt(item.getName() + " is not a numpy array", null);
            }
            int low = in.readUnsignedByte() | (in.readUnsignedByte() << 8);
            int high = version == 1 ? 0 : in.readUnsignedByte() | (in.readUnsignedByte() << 8);
            if (high != 0 || low > HEADER_MOST) {
                throw corrupt(item.getName() + " gives its header more than " + HEADER_MOST + " bytes", null);
            }
            byte[] header = in.readNBytes(low);
            int start = MAGIC.length + (version == 1 ? 4 : 6) + low;
            return check(item, new String(header, StandardCharsets.ISO_8859_1), start);
        }
    }

    private Entry check(ZipEntry item, String header, int start) {
        Matcher found = HEADER.matcher(header);
        if (!found.matches()) {
            throw corrupt(item.getName() + " has the header \"" + header.strip() + "\"", null);
        }
        NumberType type = NumberType.ofNumpy(found.group(1));
        if (type == null) {
            throw new WeightException(file + ": array " + item.getName() + " has type \"" + found.group(1)
                    + "\", expected <f2, <f4, <f8 or <i8; arrays of Python objects are never read");
        }
        try {
            long[] shape = Arrays.stream(found.group(3).split(",", -1))
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .mapToLong(Long::parseLong)
                    .toArray();
            long bytes = Arrays.stream(shape).reduce(type.bytes(), Math::multiplyExact);
            long most = Math.multiplyExact(item.getCompressedSize() + Checks.DEFLATE_RATIO, Checks.DEFLATE_RATIO);
            if (bytes != item.getSize() - start || bytes > most) {
                throw corrupt(item.getName() + " has " + (item.getSize() - start) + " bytes, expected " + bytes, null);
            }
            return new Entry(item.getName(), type, found.group(2).equals("True"), shape, start);
        } catch (NumberFormatException | ArithmeticException e) {
            throw corrupt(item.getName() + " has the shape (" + found.group(3) + ")", e);
        }
    }

    private float[] values(Entry entry) {
        long size = Arrays.stream(entry.shape).reduce(entry.type.bytes(), Math::multiplyExact);
        if (size > Integer.MAX_VALUE) {
            throw new WeightException(file + ": array " + entry.name + " has " + size + " bytes, at most "
                    + Integer.MAX_VALUE + " can be read");
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry item = zip.getEntry(entry.name);
            byte[] bytes;
            try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(item), new CRC32())) {
                in.skipNBytes(entry.start);
                bytes = in.readNBytes((int) size);
                if (bytes.length < size) {
                    throw corrupt("array " + entry.name + " ends early", null);
                }
                // Java's zip files leave it to their reader.
                if (in.getChecksum().getValue() != item.getCrc()) {
                    throw corrupt("the checksum of array " + entry.name + " does not fit", null);
                }
            }
            return entry.type.read(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw corrupt("array " + entry.name + " cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private WeightException corrupt(String what, Exception cause) {
        return new WeightException(
                file + ": " + what + "; the file is truncated, corrupt or not npz: fetch it again", cause);
    }
}
