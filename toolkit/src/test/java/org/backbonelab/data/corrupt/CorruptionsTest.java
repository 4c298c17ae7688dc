package org.backbonelab.data.corrupt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorruptionsTest {
    private static final Set<String> WITHOUT_CHANCE = Set.of(
            "defocus_blur",
            "zoom_blur",
            "brightness",
            "contrast",
            "pixelate",
            "jpeg_compression",
            "gaussian_blur",
            "saturate");

    static Stream<String> names() {
        return Corruptions.names().stream();
    }

    private static byte[] corrupted(String name, int severity, Pixels image, long seed) {
        return Corruptions.apply(name, severity, image, seed).data();
    }

    @Test
    void theListHasTheFifteenAndThenTheFourExtraOnes() {
        List<String> names = new ArrayList<>(Corruptions.names());
        assertEquals(19, names.size());
        assertEquals(names.subList(0, 15), Corruptions.test());
        assertEquals(List.of("speckle_noise", "gaussian_blur", "spatter", "saturate"), names.subList(15, 19));
        assertTrue(Corruptions.get("frost").note().contains("not comparable with published"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void isAFunctionOfImageSeverityAndSeed(String name) {
        Pixels image = CorruptionsGoldenTest.image(3, 32, 1);
        byte[] before = image.data().clone();
        for (int severity = 1; severity <= 5; severity++) {
            byte[] once = corrupted(name, severity, image, 0);
            // Another buffer, longer than the image.
            Pixels copy = new Pixels().reshape(3, 40, 40).reshape(3, 32, 32);
            System.arraycopy(before, 0, copy.data(), 0, before.length);
            assertArrayEquals(once, corrupted(name, severity, copy, 0));
            assertEquals(before.length, once.length, "the buffer is the image");
            assertFalse(Arrays.equals(before, once), name + " " + severity + " changes nothing");
        }
        assertArrayEquals(before, image.data(), "the image itself stays");
        assertEquals(
                !WITHOUT_CHANCE.contains(name),
                !Arrays.equals(corrupted(name, 4, image, 0), corrupted(name, 4, image, 1)));
    }

    /** Draws of two images must not be the same: noise of equal pixels shows it. */
    @Test
    void imagesHaveDrawsOfTheirOwn() {
        Pixels one = new Pixels().reshape(1, 32, 32);
        Arrays.fill(one.data(), (byte) 100);
        Pixels two = new Pixels().reshape(1, 32, 32);
        Arrays.fill(two.data(), (byte) 100);
        two.data()[0] = 101;
        assertFalse(Arrays.equals(
                corrupted("gaussian_noise", 1, one, 0), 2, 1024, corrupted("gaussian_noise", 1, two, 0), 2, 1024));
    }

    @ParameterizedTest
    @MethodSource("names")
    void imagesOfEverySizeAndShapeAreTaken(String name) {
        int[][] shapes = {{1, 8, 8}, {3, 8, 31}, {1, 33, 64}, {3, 65, 9}, {1, 28, 28}, {3, 96, 70}};
        for (int[] shape : shapes) {
            Pixels image = new Pixels().reshape(shape[0], shape[1], shape[2]);
            for (int value : new int[] {0, 77, 255}) {
                Arrays.fill(image.data(), (byte) value);
                for (int severity = 1; severity <= 5; severity++) {
                    Pixels out = Corruptions.apply(name, severity, image, 3);
                    assertArrayEquals(shape, new int[] {out.channels(), out.height(), out.width()});
                }
            }
        }
    }

    /**
     * A blur, a warp or a change of contrast keeps an even image as it is, but for two bytes: the published disk of radius
     * 8 touches the edge of its kernel, so that its weights sum to 1.01, and JPEG rounds the mean of a block.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "defocus_blur",
                "glass_blur",
                "motion_blur",
                "zoom_blur",
                "contrast",
                "elastic_transform",
                "pixelate",
                "jpeg_compression",
                "gaussian_blur"
            })
    void evenImagesStayEven(String name) {
        for (int side : new int[] {32, 80}) {
            Pixels image = new Pixels().reshape(1, side, side);
            Arrays.fill(image.data(), (byte) 200);
            for (int severity = 1; severity <= 5; severity++) {
                for (byte v : corrupted(name, severity, image, 0)) {
                    assertEquals(200, v & 0xff, 2, name + " " + severity);
                }
            }
        }
    }

    @Test
    void saturationOfGreyChangesOnlyWhereColourIsAdded() {
        Pixels image = CorruptionsGoldenTest.image(1, 32, 1);
        for (int severity = 1; severity <= 5; severity++) {
            boolean isSame = Arrays.equals(image.data(), corrupted("saturate", severity, image, 0));
            assertEquals(severity <= 3, isSame, "severity " + severity);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.3", "3", "9.9", "10.1", "60", "500"})
    void poissonHasMeanVarianceAndSkewness(double mean) {
        RandomGenerator random = Seeds.stream(5, "poisson");
        int count = 400_000;
        double sum = 0;
        double squares = 0;
        double cubes = 0;
        for (int i = 0; i < count; i++) {
            double d = Noise.poisson(mean, random) - mean;
            sum += d / count;
            squares += d * d / count;
            cubes += d * d * d / count;
        }
        double error = 5 * Math.sqrt(mean / count);
        assertEquals(0, sum, error);
        assertEquals(1, squares / mean, 5 * Math.sqrt((2 + 1 / mean) / count));
        assertEquals(1, cubes / mean, 5 * Math.sqrt((15 * mean + 25 + 1 / mean) / count));
    }

    @Test
    void whatIsNotOnTheListIsRefused() {
        Pixels image = CorruptionsGoldenTest.image(1, 32, 1);
        String name = assertThrows(IllegalArgumentException.class, () -> Corruptions.get("fogg"))
                .getMessage();
        assertTrue(name.contains("\"fogg\"; the nearest known one is fog"), name);
        for (int severity : new int[] {0, 6}) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> Corruptions.apply("fog", severity, image, 0))
                    .getMessage();
            assertEquals("severity of a corruption is " + severity + ", expected 1 to 5", message);
        }
        for (int[] shape : new int[][] {{2, 32, 32}, {3, 7, 32}}) {
            Pixels odd = new Pixels().reshape(shape[0], shape[1], shape[2]);
            String message = assertThrows(IllegalArgumentException.class, () -> Corruptions.apply("fog", 1, odd, 0))
                    .getMessage();
            assertTrue(message.contains("image to corrupt is " + (shape[0] == 2 ? 2 : 7)), message);
        }
    }
}
