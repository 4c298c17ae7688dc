package org.backbonelab.data.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.backbonelab.data.augment.Augmentation.Crop;
import org.backbonelab.data.augment.Augmentation.Erasing;
import org.backbonelab.data.augment.Augmentation.Mix;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class AugmentationTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void comesBackFromItsJson() throws JsonProcessingException {
        for (Augmentation a : List.of(
                Augmentation.NONE,
                Augmentation.CROP_FLIP,
                Augmentation.CIFAR_MODERN,
                Augmentation.DEIT,
                Augmentation.RSB_A2,
                Augmentation.PYTORCH.withInterpolation(Interpolation.RANDOM))) {
            assertEquals(a, JSON.readValue(JSON.writeValueAsString(a), Augmentation.class));
        }
        assertEquals(Augmentation.FLIP, JSON.readValue("{\"flip\": true}", Augmentation.class));
    }

    @Test
    void nonsenseIsRefusedWithTheValue() {
        assertRefused("1.5", () -> Erasing.pixel(1.5));
        assertRefused("NaN", () -> Erasing.pixel(Double.NaN));
        assertRefused("-0.1", () -> Mix.of(-0.1, 1));
        assertRefused("-1.0", () -> Mix.of(0, -1));
        assertRefused("2.0", () -> new Mix(1, 1, 2, 0.5));
        assertRefused("-0.5", () -> new Mix(1, 1, 1, -0.5));
        assertRefused("0.0", () -> Crop.padded(0));
        assertRefused("1.0", () -> Crop.reflected(1));
        assertRefused("0.0", () -> Crop.resized(0, 1));
        assertRefused("0.05", () -> Crop.resized(0.08, 0.05));
        assertRefused("1.2", () -> Crop.resized(0.08, 1.2));
        assertRefused("0.5", () -> new Crop(Augmentation.CropKind.RESIZED, 0, 0.1, 1, 1, 0.5));
        assertRefused("-2", () -> Augmentation.NONE.withRepeats(-2));
        assertRefused("randm9", () -> Augmentation.NONE.withRandAugment("randm9"));
    }

    private static void assertRefused(String value, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(value) && message.contains("expected"), message);
    }

    @Test
    void paddingIsAShareOfTheSize() {
        assertEquals(2, Augmentation.CROP_FLIP.crop().pixels(28));
        assertEquals(2, Augmentation.CROP_FLIP.crop().pixels(32));
        assertEquals(1, Augmentation.CROP_FLIP.crop().pixels(10));
        assertEquals(4, Augmentation.CIFAR.crop().pixels(32));
        assertEquals(28, Augmentation.CIFAR.crop().pixels(224));
    }

    @Test
    void resizedCropsStayInsideAndHaveTheirAreaAndRatio() {
        RandomGenerator random = Seeds.stream(1, "test");
        Crop crop = Crop.resized(0.08, 1);
        double smallest = 1;
        double largest = 0;
        for (int i = 0; i < 5000; i++) {
            Crops.Box box = Crops.random(500, 375, crop, random);
            assertTrue(box.x() >= 0 && box.y() >= 0 && box.x() + box.width() <= 500, box.toString());
            assertTrue(box.y() + box.height() <= 375, box.toString());
            double area = box.width() * box.height() / (500.0 * 375);
            double ratio = (double) box.width() / box.height();
            assertTrue(area > 0.079 && area <= 1, box.toString());
            assertTrue(ratio > 0.74 && ratio < 1.35, box.toString());
            smallest = Math.min(smallest, area);
            largest = Math.max(largest, area);
        }
        assertTrue(smallest < 0.1 && largest > 0.95, smallest + " to " + largest);
    }

    @Test
    void whereNoCropFitsTheCentreIsTaken() {
        RandomGenerator random = Seeds.stream(1, "test");
        Crop crop = Crop.resized(1, 1);
        assertEquals(new Crops.Box(0, 33, 40, 53), Crops.random(40, 120, crop, random));
        assertEquals(new Crops.Box(33, 0, 53, 40), Crops.random(120, 40, crop, random));
        assertEquals(1, Crops.random(1, 1, Crop.resized(0.01, 0.02), random).width());
    }

    @Test
    void reflectionDoesNotRepeatTheEdge() {
        Pixels in = new Pixels().reshape(1, 1, 4);
        System.arraycopy(new byte[] {1, 2, 3, 4}, 0, in.data(), 0, 4);
        Pixels out = new Pixels();
        Crops.shift(in, out, -2, 0, true);
        assertEquals("[3, 2, 1, 2]", Arrays.toString(Arrays.copyOf(out.data(), 4)));
        Crops.shift(in, out, 3, 0, true);
        assertEquals("[4, 3, 2, 1]", Arrays.toString(Arrays.copyOf(out.data(), 4)));
        Crops.shift(in, out, 2, 1, false);
        assertEquals("[0, 0, 0, 0]", Arrays.toString(Arrays.copyOf(out.data(), 4)));
    }

    @Test
    void erasesOneRectangleOfTheRightArea() {
        int erased = 0;
        double area = 0;
        for (int i = 0; i < 2000; i++) {
            float[] pixels = new float[2 * 3 * 20 * 20];
            Arrays.fill(pixels, 7);
            Planes batch = new Planes(pixels, 2, 3, 20);
            RandomErasing.apply(batch, 1, new Erasing(0.25, Augmentation.Fill.CONST), Seeds.stream(2, "erasing", i));
            int zeros = 0;
            for (int k = 0; k < pixels.length; k++) {
                zeros += pixels[k] == 0 ? 1 : 0;
                assertTrue(k >= 1200 || pixels[k] == 7, "the other image was touched");
            }
            assertEquals(0, zeros % 3, "all channels lose the same rectangle");
            erased += zeros > 0 ? 1 : 0;
            area += zeros / 1200.0;
            assertTrue(zeros == 0 || (zeros > 0.01 * 1200 && zeros < 0.37 * 1200), zeros + " values");
        }
        assertEquals(0.25, erased / 2000.0, 0.03);
        assertEquals((0.02 + 1 / 3.0) / 2, area / erased, 0.02);
    }

    @Test
    void erasesWithStandardNormalNoise() {
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int i = 0; i < 500; i++) {
            Planes batch = new Planes(new float[3 * 20 * 20], 1, 3, 20);
            RandomErasing.apply(batch, 0, Erasing.pixel(1), Seeds.stream(2, "erasing", i));
            for (float v : batch.values()) {
                sum += v;
                squares += v * v;
                count += v == 0 ? 0 : 1;
            }
        }
        assertEquals(0, sum / count, 0.01);
        assertEquals(1, squares / count, 0.02);
    }

    @Test
    void mixesAsOftenAndAsMuchAsAsked() {
        int mixed = 0;
        int cut = 0;
        double squares = 0;
        int runs = 4000;
        for (int i = 0; i < runs; i++) {
            float[] pixels = new float[2 * 8 * 8];
            Arrays.fill(pixels, 0, 64, 1);
            float[] targets = Mixing.draw(
                    new Planes(pixels, 2, 1, 8),
                    new int[] {0, 1},
                    2,
                    new Mix(0.8, 1, 0.5, 0.25),
                    Seeds.stream(3, "mix", i));
            if (targets == null) {
                continue;
            }
            mixed++;
            float lambda = targets[0];
            assertEquals(1, targets[0] + targets[1], 1e-6);
            assertEquals(lambda, targets[3], 1e-6, "the partner is mixed the other way round");
            double mean = 0;
            for (int k = 0; k < 64; k++) {
                mean += pixels[k] / 64;
            }
            assertEquals(lambda, mean, 1e-5, "pixels and targets are mixed alike");
            boolean mixup = pixels[0] != 0 && pixels[0] != 1;
            cut += mixup ? 0 : 1;
            squares += mixup ? (lambda - 0.5) * (lambda - 0.5) : 0;
        }
        assertEquals(0.5, (double) mixed / runs, 0.03);
        assertEquals(0.25, (double) cut / mixed, 0.05);
        // Var of Beta(0.8, 0.8) is 1 / (4 (2 * 0.8 + 1))
        assertEquals(1 / 10.4, squares / (mixed - cut), 0.008);
    }

    @Test
    void theMiddleOfAnOddBatchStays() {
        float[] pixels = {1, 2, 3};
        float[] targets = Mixing.mixup(new Planes(pixels, 3, 1, 1), new int[] {0, 1, 2}, 3, 0.75);
        assertEquals("[1.5, 2.0, 2.5]", Arrays.toString(pixels));
        assertEquals("[0.75, 0.0, 0.25, 0.0, 1.0, 0.0, 0.25, 0.0, 0.75]", Arrays.toString(targets));
    }

    @Test
    void nothingIsMixedWhereNothingIsAskedFor() {
        Planes batch = new Planes(new float[2], 2, 1, 1);
        for (Mix mix : List.of(Mix.NONE, new Mix(0.8, 1, 0, 0.5), Mix.of(0, 0))) {
            assertNull(Mixing.draw(batch, new int[] {0, 1}, 2, mix, Seeds.stream(3, "mix")));
        }
    }
}
