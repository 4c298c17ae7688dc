package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.corrupt.Corruptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorruptedSetTest {
    private static byte[] read(ImageSource images, int index) {
        Pixels image = new Pixels();
        images.read(index, image);
        return Arrays.copyOf(image.data(), image.length());
    }

    @Test
    void testImagesAreSpoiltAndTrainingImagesAreNot() {
        Dataset clean = Datasets.get("synthetic");
        Dataset fog = Datasets.get("synthetic+fog-3");
        assertEquals("synthetic+fog-3", fog.name());
        assertSame(clean.train(), fog.train());
        assertArrayEquals(clean.mean(), fog.mean());
        assertArrayEquals(clean.std(), fog.std());
        assertEquals(clean.test().count(), fog.test().count());
        Pixels image = new Pixels();
        for (int i = 0; i < 20; i++) {
            clean.test().read(i, image);
            byte[] expected = Corruptions.apply("fog", 3, image, Corrupted.SEED).data();
            assertArrayEquals(expected, read(fog.test(), i));
            assertArrayEquals(expected, read(fog.test(), i), "kept");
            assertEquals(clean.test().label(i), fog.test().label(i));
        }
    }

    /** The last thing before the normalisation, so at the size of a batch. */
    @Test
    void resizedImagesAreSpoiltAtTheirNewSize() {
        Dataset sized = Datasets.get("synthetic@56");
        Dataset fog = Datasets.get("synthetic@56+gaussian_noise-2");
        assertEquals(56, fog.test().size());
        Images large = Images.copyOf(Subset.of(sized.test(), 4));
        Pixels image = new Pixels();
        large.read(0, image);
        assertArrayEquals(
                Corruptions.apply("gaussian_noise", 2, image, Corrupted.SEED).data(), read(fog.test(), 4));
        Batch batch = Batches.inOrder(fog, fog.test(), 5).get(0);
        float first = ((read(fog.test(), 4)[0] & 0xff) / 255f - fog.mean()[0]) / fog.std()[0];
        assertEquals(first, batch.pixels()[4 * 56 * 56], 1e-6f);
    }

    @Test
    void aSubsetOfTheTestImagesHasTheSameOnes() {
        Dataset fog = Datasets.get("synthetic+snow-5");
        ImageSource some = Split.of(fog, 20, 10, 10, 3).test();
        Dataset clean = Datasets.get("synthetic");
        ImageSource before = Split.of(clean, 20, 10, 10, 3).test();
        Corrupted after = Corrupted.of(before, "snow", 5, false);
        for (int i = 0; i < 10; i++) {
            assertArrayEquals(read(after, i), read(some, i));
        }
    }

    @Test
    void severalThreadsReadTheSameImages() {
        ImageSource fog = Datasets.get("synthetic+glass_blur-4").test();
        byte[][] together = IntStream.range(0, 400)
                .parallel()
                .mapToObj(i -> read(fog, i % 100))
                .toArray(byte[][]::new);
        for (int i = 0; i < 400; i++) {
            assertArrayEquals(together[i % 100], together[i]);
        }
    }

    @Test
    void checksumsTellCorruptionSeverityAndSizeApart() {
        String[] names = {"synthetic", "synthetic+fog-3", "synthetic+fog-4", "synthetic+snow-3", "synthetic@56+fog-3"};
        long different =
                Stream.of(names).map(n -> Datasets.get(n).checksum()).distinct().count();
        assertEquals(names.length, different);
        assertNotEquals(
                Datasets.get("synthetic@56").checksum(),
                Datasets.get("synthetic@56+fog-3").checksum());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mnist+fogg-3 | unknown corruption \"fogg\"; the nearest known one is fog;",
                "mnist+fog-0 | severity of a corruption is 0, expected 1 to 5",
                "mnist+fog-6 | severity of a corruption is 6, expected 1 to 5",
                "mnist+fog--1 | severity of a corruption is -1, expected 1 to 5",
                "mnits+fog-3 | unknown data set \"mnits\"; the nearest known one is mnist;",
                "mnist@0+fog-3 | unknown data set \"mnist@0\"",
                "+fog-3 | unknown data set \"\"",
                "mnits | <data set>+<corruption>-<severity>"
            })
    void whatIsNoneIsNamed(String name, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> Datasets.check(name))
                .getMessage();
        assertTrue(message.contains(expected), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mnist+", "mnist+fog", "mnist+fog-x", "mnist+fog-", "mnist+-3", "mnist+fog-99999999999"})
    void otherFormsAreRefused(String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> Datasets.get(name))
                .getMessage();
        assertTrue(message.contains(name) && message.contains("such as mnist+fog-3"), message);
    }

    @Test
    void twoCorruptionsAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Datasets.check("mnist+fog-3+snow-2"))
                .getMessage();
        assertTrue(message.contains("unknown corruption \"fog-3+snow\""), message);
    }

    @Test
    void namesOfTheListAreChecked() {
        Datasets.check("cifar-100@224+jpeg_compression-1");
        Datasets.check("folder:birds@64+frost-5");
    }
}
