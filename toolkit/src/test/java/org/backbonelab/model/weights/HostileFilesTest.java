package org.backbonelab.model.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weight files that are broken or lie: each is refused with its name, before anything large is allocated. */
class HostileFilesTest {
    private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    private static final int DATA = 16;

    @TempDir
    private Path folder;

    /** Headers over 16 bytes of values. */
    static Stream<Map.Entry<String, String>> headers() {
        Map<String, String> all = new TreeMap<>();
        all.put("empty", "");
        all.put("not JSON", "{nonsense");
        all.put("list", "[1,2]");
        all.put("number", "12345678");
        all.put("null", "null    ");
        all.put("two documents", "{" + A + "," + b("F32", "[2]", "[8,16]") + "} {}");
        all.put("duplicate name", "{" + A + "," + A + "}");
        all.put(
                "duplicate field",
                "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}");
        all.put("entry is no object", "{\"a\":7}");
        all.put("no type", "{\"a\":{\"shape\":[4],\"data_offsets\":[0,16]}}");
        all.put("no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,16]}}");
        all.put("no offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[4]}}");
        all.put("unknown type", pair("F99", "[2]", "[8,16]"));
        all.put("type in small letters", pair("f32", "[2]", "[8,16]"));
        all.put("type that is no number", pair("BOOL", "[8]", "[8,16]"));
        all.put("type too wide", pair("F64", "[2]", "[8,16]"));
        all.put("type too narrow", pair("F16", "[2]", "[8,16]"));
        places(all);
        return all.entrySet().stream();
    }

    private static void places(Map<String, String> all) {
        all.put("overlap", pair("F32", "[2]", "[4,12]"));
        all.put("same place twice", pair("F32", "[2]", "[0,8]"));
        all.put("gap", pair("F32", "[1]", "[12,16]"));
        all.put("values left over", pair("F32", "[1]", "[8,12]"));
        all.put("beyond the end", pair("F32", "[3]", "[8,20]"));
        all.put("far beyond the end", pair("F32", "[1000000000000]", "[8,4000000000008]"));
        all.put("end before start", pair("F32", "[2]", "[16,8]"));
        all.put("negative start", pair("F32", "[2]", "[-8,0]"));
        all.put("negative size", pair("F32", "[-2]", "[8,16]"));
        all.put("two negative sizes", pair("F32", "[-1,-2]", "[8,16]"));
        all.put("overflowing product", pair("F32", "[4294967296,4294967296]", "[8,16]"));
        all.put("overflow to the right size", pair("F32", "[4611686018427387906]", "[8,16]"));
        all.put("size beyond 64 bits", pair("F32", "[99999999999999999999]", "[8,16]"));
        all.put("fractional size", pair("F32", "[2.5]", "[8,16]"));
        all.put("size as text", pair("F32", "[\"2\"]", "[8,16]"));
        all.put("one offset", pair("F32", "[2]", "[8]"));
        all.put("three offsets", pair("F32", "[2]", "[8,12,16]"));
        all.put("offsets are no list", pair("F32", "[2]", "8"));
        all.put("nothing named", "{}      ");
    }

    private static String b(String type, String shape, String offsets) {
        return "\"b\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    private static String pair(String type, String shape, String offsets) {
        return "{" + A + "," + b(type, shape, offsets) + "}";
    }

    @Test
    void theUnchangedFileIsRead() throws IOException {
        Path file = folder.resolve("good.safetensors");
        Files.write(file, safeTensors(pair("F32", "[2]", "[8,16]"), -1));
        assertTrue(SafeTensors.read(file).containsKey("b"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void header(Map.Entry<String, String> header) throws IOException {
        refused("file.safetensors", safeTensors(header.getValue(), -1));
    }

    @Test
    void lengthsOfTheHeader() throws IOException {
        String good = pair("F32", "[2]", "[8,16]");
        for (long size : new long[] {0, 1, -2, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, 100_000_001, 1000}) {
            refused("file.safetensors", safeTensors(good, size));
        }
    }

    @Test
    void everyTruncation() throws IOException {
        byte[] good = safeTensors(pair("F32", "[2]", "[8,16]"), -1);
        for (int size = 0; size < good.length; size++) {
            refused("file.safetensors", java.util.Arrays.copyOf(good, size));
        }
        refused("file.safetensors", java.util.Arrays.copyOf(good, good.length + 1));
    }

    /** @param size in place of the header's true one, unless -1 */
    private static byte[] safeTensors(String header, long size) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + DATA)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(size == -1 ? text.length : size)
                .put(text)
                .array();
    }

    /** Headers of a numpy array over 16 bytes of values. */
    static Stream<String> arrays() {
        return Stream.of(
                "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
                "{'descr': '>f4', 'fortran_order': False, 'shape': (4,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
                "{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (4,), }",
                "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (4,), }",
                "{'shape': (4,)}",
                "");
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void numpyArray(String header) throws IOException {
        refused("file.npz", zip("a.npy", npy(header, 1)));
    }

    @Test
    void numpyFiles() throws IOException {
        byte[] good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", 1);
        Files.write(folder.resolve("good.npz"), zip("a.npy", good));
        assertTrue(Npz.read(folder.resolve("good.npz")).containsKey("a"));
        refused("file.npz", zip("a.txt", good));
        refused("file.npz", zip("a.npy", new byte[0]));
        String odd = new String(zip("ab.npy", good), StandardCharsets.ISO_8859_1).replace("ab.npy", "\u00ffb.npy");
        refused("file.npz", odd.getBytes(StandardCharsets.ISO_8859_1));
        refused("file.npz", zip("a.npy", npy("{}", 9)));
        refused("file.npz", zip("a.npy", "\u0080pickle".getBytes(StandardCharsets.ISO_8859_1)));
        refused("file.npz", good);
        byte[] whole = zip("a.npy", good);
        for (int size = 0; size < whole.length; size++) {
            refused("file.npz", java.util.Arrays.copyOf(whole, size));
        }
    }

    /** Values of a stored array lie in the file as they are, and only the checksum tells that one has changed. */
    @Test
    void changedValueOfAStoredArray() throws IOException {
        byte[] array = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", 1);
        CRC32 crc = new CRC32();
        crc.update(array);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry("a.npy");
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(array.length);
            entry.setCrc(crc.getValue());
            zip.putNextEntry(entry);
            zip.write(array);
            zip.closeEntry();
        }
        byte[] file = out.toByteArray();
        Path path = Files.write(folder.resolve("stored.npz"), file);
        assertEquals(4, Npz.read(path).get("a").values().get().length);
        int first = new String(file, StandardCharsets.ISO_8859_1).indexOf("NUMPY") - 1 + array.length - DATA;
        for (int i = 0; i < DATA; i++) {
            byte[] changed = file.clone();
            changed[first + i] ^= 1;
            Files.write(path, changed);
            String message = assertThrows(
                            WeightException.class,
                            () -> Npz.read(path).get("a").values().get())
                    .getMessage();
            assertTrue(message.contains("stored.npz: the checksum of array a.npy does not fit"), message);
        }
    }

    private static byte[] npy(String header, int version) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
        out.write(new byte[] {(byte) version, 0, (byte) text.length, (byte) (text.length >> 8)});
        out.write(text);
        out.write(new byte[DATA]);
        return out.toByteArray();
    }

    private static byte[] zip(String name, byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(bytes);
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    private void refused(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, bytes);
        String message =
                assertThrows(WeightException.class, () -> WeightFile.read(file)).getMessage();
        assertTrue(message.contains(name), message);
        assertTrue(message.contains("expected") || message.contains("fetch it again"), message);
    }
}
