package org.backbonelab.data.corrupt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Images equal those of imagecorruptions and of formulas in numpy, drawn numbers given: golden file of
 * {@code src/test/golden/make_corruptions.py}.
 */
class CorruptionsGoldenTest {
    private static final int MOMENT_IMAGES = 200;
    /** Of 255: where a sum stands for a whole number, rounding decides between two bytes. */
    private static final int LARGEST = 2;

    private static final double MEAN = 0.1;
    private static JsonNode golden;

    @BeforeAll
    static void load() throws IOException {
        try (InputStream in = CorruptionsGoldenTest.class.getResourceAsStream("/golden/corruptions.json")) {
            golden = new ObjectMapper().readTree(in);
        }
        assertEquals("imagecorruptions", golden.at("/reference/name").asText());
    }

    /** The rule of the script. */
    static Pixels image(int channels, int side, double phase) {
        Pixels out = new Pixels().reshape(channels, side, side);
        for (long i = 0; i < out.length(); i++) {
            long c = i / out.plane();
            long y = i / side % side;
            double wave = Math.sin(phase + 0.21 * (i % side) + 0.13 * y * (c + 1) + c);
            double v = Math.rint(127 + 100 * wave + 25 * Math.sin(phase + 0.37 * i * i / 97));
            out.data()[(int) i] = (byte) Math.max(0, Math.min(255, v));
        }
        return out;
    }

    /** The generator of the script. */
    private static final class Draws implements RandomGenerator {
        private long state;

        Draws(long seed) {
            state = seed;
        }

        @Override
        public long nextLong() {
            state = state * 6364136223846793005L + 1442695040888963407L;
            return state;
        }

        @Override
        public double nextDouble() {
            return (nextLong() >>> 11) * 0x1p-53;
        }

        @Override
        public double nextGaussian() {
            double sum = 0;
            for (int k = 0; k < 12; k++) {
                sum += nextDouble();
            }
            return sum - 6;
        }

        @Override
        public int nextInt(int bound) {
            return (int) (nextDouble() * bound);
        }
    }

    static Stream<String> exact() {
        return Corruptions.names().stream().filter(name -> !isByMoments(name));
    }

    static Stream<String> byMoments() {
        return Corruptions.names().stream().filter(CorruptionsGoldenTest::isByMoments);
    }

    private static boolean isByMoments(String name) {
        return name.equals("shot_noise") || name.equals("impulse_noise") || name.equals("frost");
    }

    @ParameterizedTest
    @MethodSource("exact")
    void imagesOfBothTablesEqualTheReference(String name) {
        compare(name, "small", image(3, 32, 1), 7);
        compare(name, "large", image(3, 72, 1), 37);
    }

    @ParameterizedTest
    @MethodSource("exact")
    void greyImagesAreColourOnesOfEqualChannels(String name) {
        boolean isDrawnPerChannel = name.equals("gaussian_noise") || name.equals("speckle_noise");
        if (!isDrawnPerChannel) {
            compare(name, "grey", image(1, 32, 1), 7);
        }
    }

    private static void compare(String name, String kind, Pixels image, int step) {
        for (int severity = 1; severity <= Corruption.SEVERITIES; severity++) {
            Pixels out = Corruptions.get(name).apply(image, severity, new Draws(4 + severity));
            JsonNode row = golden.at("/cases/" + name + "/" + kind).get(severity - 1);
            byte[] expected = Base64.getDecoder().decode(row.asText());
            assertEquals((out.length() + step - 1) / step, expected.length);
            int largest = 0;
            double sum = 0;
            for (int k = 0; k < expected.length; k++) {
                int difference = Math.abs((expected[k] & 0xff) - (out.data()[k * step] & 0xff));
                largest = Math.max(largest, difference);
                sum += difference;
            }
            String what = name + " " + severity + ", " + kind;
            assertTrue(largest <= LARGEST, what + ": a value differs by " + largest);
            assertTrue(sum / expected.length <= MEAN, what + ": values differ by " + sum / expected.length);
        }
    }

    /** Mean and deviation of the change. */
    @ParameterizedTest
    @MethodSource("byMoments")
    void momentsOfOtherDrawsEqualTheReference(String name) {
        for (int severity = 1; severity <= Corruption.SEVERITIES; severity++) {
            moments(name, severity, "small", 32);
            moments(name, severity, "large", 72);
        }
    }

    private static void moments(String name, int severity, String kind, int side) {
        double sum = 0;
        double squares = 0;
        long count = 0;
        for (int k = 0; k < MOMENT_IMAGES; k++) {
            Pixels in = image(3, side, k);
            Pixels out = Corruptions.get(name).apply(in, severity, Seeds.stream(0, "moments", k));
            for (int i = 0; i < in.length(); i++) {
                double change = ((out.data()[i] & 0xff) - (in.data()[i] & 0xff)) / 255.0;
                sum += change;
                squares += change * change;
                count++;
            }
        }
        JsonNode expected = golden.at("/cases/" + name + "/" + kind).get(severity - 1);
        double mean = sum / count;
        double deviation = Math.sqrt(squares / count - mean * mean);
        String what = name + " " + severity + ", " + kind;
        // Frost is another texture; noise has standard errors of at most 0.0004.
        boolean isFrost = name.equals("frost");
        assertEquals(expected.get(0).asDouble(), mean, isFrost ? 0.02 : 0.002, what);
        assertEquals(1, deviation / expected.get(1).asDouble(), isFrost ? 0.1 : 0.03, what);
    }
}
