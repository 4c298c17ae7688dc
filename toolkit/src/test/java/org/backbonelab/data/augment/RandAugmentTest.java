package org.backbonelab.data.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.backbonelab.data.augment.RandAugment.Operation;
import org.backbonelab.data.augment.RandAugment.Policy;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandAugmentTest {
    /** The first two policies by timm's level functions (pytorch-image-models of August 2026), the third by its ranges. */
    @ParameterizedTest
    @CsvSource({
        "PLAIN,      0,   0,    0, 0,   0,   0.1,   0,     0",
        "PLAIN,      2.5, 7.5,  1, 64,  27,  0.55,  0.075, 0.1125",
        "PLAIN,      7,   21,   2, 179, 77,  1.36,  0.21,  0.315",
        "PLAIN,      9,   27,   3, 230, 99,  1.72,  0.27,  0.405",
        "PLAIN,      9.7, 29.1, 3, 248, 106, 1.846, 0.291, 0.4365",
        "PLAIN,      10,  30,   4, 256, 110, 1.9,   0.3,   0.45",
        "INCREASING, 0,   0,    4, 256, 0,   1,     0,     0",
        "INCREASING, 2.5, 7.5,  3, 192, 27,  1.225, 0.075, 0.1125",
        "INCREASING, 7,   21,   2, 77,  77,  1.63,  0.21,  0.315",
        "INCREASING, 9,   27,   1, 26,  99,  1.81,  0.27,  0.405",
        "INCREASING, 9.7, 29.1, 1, 8,   106, 1.873, 0.291, 0.4365",
        "INCREASING, 10,  30,   0, 0,   110, 1.9,   0.3,   0.45",
        "FIXMATCH,   0,   0,    4, 256, 0,   1.05,  0,     0",
        "FIXMATCH,   9,   27,   8, 26,  99,  1.86,  0.27,  0.27",
        "FIXMATCH,   10,  30,   8, 0,   110, 1.95,  0.3,   0.3",
    })
    void strengthOfEachLevel(
            Policy policy,
            double level,
            double degrees,
            double bits,
            double threshold,
            double added,
            double factor,
            double shear,
            double shift) {
        assertEquals(degrees, RandAugment.strength(Operation.ROTATE, level, policy, false), 1e-12);
        assertEquals(-degrees, RandAugment.strength(Operation.ROTATE, level, policy, true), 1e-12);
        assertEquals(bits, RandAugment.strength(Operation.POSTERIZE, level, policy, false));
        assertEquals(threshold, RandAugment.strength(Operation.SOLARIZE, level, policy, true));
        assertEquals(added, RandAugment.strength(Operation.SOLARIZE_ADD, level, policy, true));
        for (Operation operation :
                new Operation[] {Operation.COLOUR, Operation.CONTRAST, Operation.BRIGHTNESS, Operation.SHARPNESS}) {
            assertEquals(factor, RandAugment.strength(operation, level, policy, false), 1e-12);
            double other = policy == Policy.PLAIN ? factor : Math.max(policy == Policy.FIXMATCH ? 0 : 0.1, 2 - factor);
            assertEquals(other, RandAugment.strength(operation, level, policy, true), 1e-12);
        }
        assertEquals(-shear, RandAugment.strength(Operation.SHEAR_X, level, policy, true), 1e-12);
        assertEquals(shear, RandAugment.strength(Operation.SHEAR_Y, level, policy, false), 1e-12);
        assertEquals(-shift, RandAugment.strength(Operation.TRANSLATE_X, level, policy, true), 1e-12);
        assertEquals(shift, RandAugment.strength(Operation.TRANSLATE_Y, level, policy, false), 1e-12);
    }

    @Test
    void listsOfOperations() {
        assertEquals(15, RandAugment.operations(Policy.PLAIN).size());
        assertEquals(RandAugment.operations(Policy.PLAIN), RandAugment.operations(Policy.INCREASING));
        assertEquals(14, RandAugment.operations(Policy.FIXMATCH).size());
    }

    @Test
    void readsTimmsNotation() {
        assertEquals(new RandAugment(10, 2, 0.5, 0, 10, Policy.PLAIN), RandAugment.parse("rand"));
        assertEquals(new RandAugment(9, 2, 0.5, 0.5, 10, Policy.INCREASING), RandAugment.parse("rand-m9-mstd0.5-inc1"));
        assertEquals(
                new RandAugment(15, 3, 1, Double.POSITIVE_INFINITY, 30, Policy.FIXMATCH),
                RandAugment.parse("rand-n3-m15-p1.0-mmax30-mstd101-tfixmatch"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "augmix-m3",
                "rand-",
                "rand-m",
                "rand-m9.5",
                "rand-q4",
                "rand-inc0",
                "rand-n0",
                "rand-p1.5",
                "rand-m-9",
                "rand-mstd0.5x",
                "rand-tweights",
                "Rand-m9"
            })
    void nonsenseIsRefused(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> RandAugment.parse(text))
                .getMessage();
        assertTrue(message.contains('"' + text + '"') && message.contains("expected"), message);
    }

    private static Pixels noise(int seed) {
        Pixels out = new Pixels().reshape(3, 24, 24);
        RandomGenerator random = Seeds.stream(seed, "noise");
        for (int i = 0; i < out.length(); i++) {
            out.data()[i] = (byte) (40 + random.nextInt(150));
        }
        return out;
    }

    private static double changed(String text, int images) {
        RandAugment augment = RandAugment.parse(text);
        int changed = 0;
        for (int i = 0; i < images; i++) {
            Pixels image = noise(i);
            byte[] before = Arrays.copyOf(image.data(), image.length());
            Pixels after = augment.apply(
                    image, new Pixels(), new int[3], Interpolation.BILINEAR, Seeds.stream(5, "augment", i));
            changed += Arrays.equals(before, Arrays.copyOf(after.data(), image.length())) ? 0 : 1;
        }
        return (double) changed / images;
    }

    @Test
    void appliesEachOfTheDrawnOperationsWithItsProbability() {
        assertEquals(0, changed("rand-m9-p0", 50));
        assertEquals(1, changed("rand-m9-n1-p1-inc1", 1000));
        assertEquals(13 / 14.0, changed("rand-m5-n1-p1-tfixmatch", 3000), 0.02, "one is the identity");
        assertEquals(0.5, changed("rand-m9-n1-inc1", 3000), 0.03);
        assertEquals(0.75, changed("rand-m9-inc1", 3000), 0.03);
    }

    /** With noise the magnitude differs from image to image, without it does not: brightness shows which. */
    @Test
    void noiseOfTheMagnitude() {
        assertEquals(2, means("rand-m5-n1-p1-inc1"), "brighter or darker by the same amount");
        assertNotEquals(2, means("rand-m5-n1-p1-mstd0.5-inc1"));
        assertNotEquals(2, means("rand-m5-n1-p1-mstd101-inc1"));
    }

    /** Counts how many values a flat image takes that only brightness and its kin can give. */
    private static long means(String text) {
        RandAugment augment = RandAugment.parse(text);
        return java.util.stream.IntStream.range(0, 2000)
                .map(i -> {
                    Pixels image = new Pixels().reshape(1, 3, 3);
                    Arrays.fill(image.data(), 0, 9, (byte) 130);
                    int[] fill = {130};
                    Pixels after = augment.apply(
                            image, new Pixels(), fill, Interpolation.BICUBIC, Seeds.stream(6, "augment", i));
                    return after.data()[4] & 0xff;
                })
                // 130 is no change, 125 inverted (or solarized), 128 posterized
                .filter(v -> v != 130 && v != 125 && v != 128)
                .distinct()
                .count();
    }
}
