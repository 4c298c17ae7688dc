package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.fetch.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
    @TempDir
    Path folder;

    /** Records of a file: labels, then 3 x 1024 values that tell file, record, channel and place apart. */
    private static byte[] records(int count, int file, int... labelLimits) {
        int length = labelLimits.length + 3072;
        byte[] out = new byte[count * length];
        for (int n = 0; n < count; n++) {
            for (int k = 0; k < labelLimits.length; k++) {
                out[n * length + k] = (byte) ((n + file + 7 * k) % labelLimits[k]);
            }
            for (int i = 0; i < 3072; i++) {
                out[n * length + labelLimits.length + i] = (byte) (31 * file + 5 * n + i / 1024 * 90 + i % 97);
            }
        }
        return out;
    }

    private void writeCifar10() throws IOException {
        for (int f = 1; f <= 5; f++) {
            Files.write(folder.resolve("data_batch_" + f + ".bin"), records(4, f, 10));
        }
    }

    @Test
    void readsTheFiveFilesOfCifar10InOrder() throws IOException {
        writeCifar10();
        Images images = Cifar.CIFAR10.trainPart(folder, 20);
        assertEquals(10, images.classes());
        for (int n = 0; n < 20; n++) {
            byte[] record = Arrays.copyOfRange(records(4, n / 4 + 1, 10), n % 4 * 3073, (n % 4 + 1) * 3073);
            assertEquals(record[0], images.label(n));
            Pixels image = new Pixels();
            images.read(n, image);
            assertArrayEquals(
                    Arrays.copyOfRange(record, 1, 3073), Arrays.copyOf(image.data(), image.length()), "record " + n);
        }
    }

    @Test
    void cifar100HasCoarseLabelsBeforeFineOnes() throws IOException {
        Files.write(folder.resolve("test.bin"), records(6, 3, 20, 100));
        Images fine = Cifar.CIFAR100.testPart(folder, 6);
        Images coarse = Cifar.CIFAR100_COARSE.testPart(folder, 6);
        assertEquals(100, fine.classes());
        assertEquals(20, coarse.classes());
        assertArrayEquals(new int[] {10, 11, 12, 13, 14, 15}, fine.labels());
        assertArrayEquals(new int[] {3, 4, 5, 6, 7, 8}, coarse.labels());
        assertArrayEquals(fine.pixels(), coarse.pixels());
        assertEquals(records(6, 3, 20, 100)[2], fine.pixels()[0]);
    }

    @Test
    void missingTruncatedAndForeignFilesAreTold() throws IOException {
        assertFails(() -> Cifar.CIFAR10.read(folder), "test_batch.bin: no such file", "BACKBONELAB_DATA");
        writeCifar10();
        Path file = folder.resolve("data_batch_3.bin");
        Files.write(file, Arrays.copyOf(records(4, 3, 10), 9000));
        assertFails(
                () -> Cifar.CIFAR10.trainPart(folder, 20),
                file.toString(),
                "9000 bytes",
                "expected 12292",
                "truncated");
        Files.write(file, Arrays.copyOf(records(4, 3, 10), 12293));
        assertFails(() -> Cifar.CIFAR10.trainPart(folder, 20), "12293 bytes", "expected 12292");
        byte[] wrong = records(4, 3, 10);
        wrong[2 * 3073] = 10;
        Files.write(file, wrong);
        assertFails(() -> Cifar.CIFAR10.trainPart(folder, 20), "label 10 in record 2", "expected 0 to 9");
    }

    @Test
    void theWholeSetIsExpectedToHaveItsPublishedSize() throws IOException {
        Path inner = Files.createDirectories(folder.resolve("cifar-100-binary"));
        Files.write(inner.resolve("test.bin"), records(6, 3, 20, 100));
        assertFails(() -> Cifar.CIFAR100.read(folder), "expected 30740000", "download cifar-100\"", inner.toString());
    }

    @Test
    void unpacksTheBinaryFilesOfAnArchiveAndNothingElse() throws IOException {
        byte[] content = records(2, 1, 20, 100);
        Path packed = folder.resolve("cifar-100-binary.tar.gz");
        try (OutputStream tar = new GZIPOutputStream(Files.newOutputStream(packed))) {
            for (String name : new String[] {"x/train.bin", "x/../../test.bin", "x/fine_label_names.txt"}) {
                byte[] header = Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), 512);
                byte[] size = String.format("%011o", content.length).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(size, 0, header, 124, size.length);
                tar.write(header);
                tar.write(Arrays.copyOf(content, (content.length + 511) / 512 * 512));
            }
            tar.write(new byte[1024]);
        }
        Path into = folder.resolve("deep").resolve("inside");
        Cifar.CIFAR100.unpack(packed, into);
        try (var files = Files.list(into)) {
            assertEquals(2, files.count());
        }
        assertArrayEquals(content, Files.readAllBytes(into.resolve("test.bin")));
        Files.write(packed, Arrays.copyOf(Files.readAllBytes(packed), 200));
        assertFails(() -> Cifar.CIFAR100.unpack(packed, into), packed.toString(), "cannot be unpacked");
    }

    private static void assertFails(Executable call, String... parts) {
        String message = assertThrows(DataException.class, call).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
