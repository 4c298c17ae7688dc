package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.data.augment.Interpolation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesTest {
    private static final int COUNT = 50;
    private static final int SIZE = 14;
    private static final int STRIDE = SIZE * SIZE;
    private static final Images IMAGES = images();
    private static final Split SPLIT = new Split(Datasets.of("indexed", IMAGES, IMAGES), IMAGES, IMAGES, IMAGES);

    /** The label is the index, so a batch tells which images it holds. */
    private static Images images() {
        int[] labels = new int[COUNT];
        Arrays.setAll(labels, i -> i);
        return new Images(Images.synthetic(COUNT, 1, SIZE, 10, 4).pixels(), labels, 1, SIZE, COUNT);
    }

    private static int[] order(long seed, int epoch, int batchSize) {
        Batches batches = new Batches(SPLIT, Augmentation.NONE, seed);
        int[] out = new int[0];
        for (int b = 0; b < batches.perEpoch(batchSize); b++) {
            int[] more = batches.train(epoch, b, batchSize).labels();
            int start = out.length;
            out = Arrays.copyOf(out, start + more.length);
            System.arraycopy(more, 0, out, start, more.length);
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10, 49, 50, 64})
    void everyIndexComesOnceAnEpochInOneOrderForAllBatchSizes(int batchSize) {
        int[] order = order(3, 2, batchSize);
        assertArrayEquals(order(3, 2, 50), order);
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < COUNT; i++) {
            assertEquals(i, sorted[i]);
        }
    }

    @Test
    void orderChangesWithEpochAndSeed() {
        assertFalse(Arrays.equals(order(3, 0, 10), order(3, 1, 10)));
        assertFalse(Arrays.equals(order(3, 0, 10), order(4, 0, 10)));
    }

    /** An image looks the same whatever the batch size: augmentation depends on (seed, epoch, index) alone. */
    @ParameterizedTest
    @MethodSource("augmentations")
    void augmentationIsAFunctionOfSeedEpochAndIndex(Augmentation augmentation) {
        Map<Integer, float[]> first = images(augmentation, 1, 0, 10);
        Map<Integer, float[]> again = images(augmentation, 1, 0, 7);
        first.forEach((index, pixels) -> assertArrayEquals(pixels, again.get(index)));
        boolean random = !augmentation.equals(Augmentation.NONE);
        assertEquals(random, differ(first, images(augmentation, 1, 1, 10)), "other epoch");
        assertEquals(random, differ(first, images(augmentation, 2, 0, 10)), "other seed");
    }

    static List<Augmentation> augmentations() {
        Augmentation strong = Augmentation.CONVNEXT.withMix(Augmentation.Mix.NONE);
        return List.of(
                Augmentation.NONE,
                Augmentation.FLIP,
                Augmentation.CROP_FLIP,
                Augmentation.CIFAR,
                Augmentation.PYTORCH,
                strong,
                strong.withInterpolation(Interpolation.RANDOM).withCrop(Augmentation.Crop.NONE));
    }

    private static Map<Integer, float[]> images(Augmentation augmentation, long seed, int epoch, int batchSize) {
        Batches batches = new Batches(SPLIT, augmentation, seed);
        Map<Integer, float[]> out = new TreeMap<>();
        for (int b = 0; b < batches.perEpoch(batchSize); b++) {
            Batch batch = batches.train(epoch, b, batchSize);
            for (int i = 0; i < batch.count(); i++) {
                out.put(batch.labels()[i], Arrays.copyOfRange(batch.pixels(), i * STRIDE, (i + 1) * STRIDE));
            }
        }
        return out;
    }

    private static boolean differ(Map<Integer, float[]> a, Map<Integer, float[]> b) {
        return a.keySet().stream().anyMatch(i -> !Arrays.equals(a.get(i), b.get(i)));
    }

    @Test
    void flipMirrorsAboutHalfTheImages() {
        Map<Integer, float[]> plain = images(Augmentation.NONE, 1, 0, 10);
        Map<Integer, float[]> flipped = images(Augmentation.FLIP, 1, 0, 10);
        int count = 0;
        for (int index = 0; index < COUNT; index++) {
            float[] mirror = mirror(plain.get(index));
            boolean isMirror = Arrays.equals(mirror, flipped.get(index));
            assertTrue(isMirror || Arrays.equals(plain.get(index), flipped.get(index)), "image " + index);
            count += isMirror ? 1 : 0;
        }
        assertTrue(count > 10 && count < 40, count + " of 50 flipped");
    }

    private static float[] mirror(float[] image) {
        float[] out = new float[image.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = image[i / SIZE * SIZE + SIZE - 1 - i % SIZE];
        }
        return out;
    }

    /** Shifted by at most one pixel of fourteen, and perhaps mirrored; what comes in is black. */
    @Test
    void cropShiftsByAFourteenthAtMost() {
        Map<Integer, float[]> plain = images(Augmentation.NONE, 1, 0, 10);
        Map<Integer, float[]> cropped = images(Augmentation.CROP_FLIP, 1, 0, 10);
        int moved = 0;
        for (int index = 0; index < COUNT; index++) {
            float[] found = cropped.get(index);
            boolean known = false;
            for (float[] base : new float[][] {plain.get(index), mirror(plain.get(index))}) {
                for (int shift = 0; shift < 9; shift++) {
                    known |= Arrays.equals(found, shifted(base, shift % 3 - 1, shift / 3 - 1));
                }
            }
            assertTrue(known, "image " + index + " is no shift of its original");
            moved += Arrays.equals(found, plain.get(index)) ? 0 : 1;
        }
        assertTrue(moved > 35, moved + " of 50 changed");
    }

    private static float[] shifted(float[] image, int dx, int dy) {
        Dataset source = SPLIT.source();
        float black = (0 - source.mean()[0]) / source.std()[0];
        float[] out = new float[image.length];
        for (int i = 0; i < out.length; i++) {
            int x = i % SIZE + dx;
            int y = i / SIZE + dy;
            out[i] = x >= 0 && x < SIZE && y >= 0 && y < SIZE ? image[y * SIZE + x] : black;
        }
        return out;
    }

    @Test
    void augmentationLeavesTheDataAlone() {
        byte[] before = IMAGES.pixels().clone();
        images(Augmentation.CONVNEXT, 1, 0, 10);
        assertArrayEquals(before, IMAGES.pixels());
    }

    @Test
    void copiesOfAnImageLookDifferentAndTheirOrderIsTheSamplers() {
        Augmentation repeated = Augmentation.CROP_FLIP.withRepeats(3);
        Batches batches = new Batches(SPLIT, repeated, 5);
        Batch batch = batches.train(0, 0, COUNT);
        assertArrayEquals(new Sampler(COUNT, 3, 5).order(0), batch.labels());
        int different = 0;
        for (int i = 0; i + 1 < COUNT; i++) {
            if (batch.labels()[i] == batch.labels()[i + 1]) {
                float[] a = Arrays.copyOfRange(batch.pixels(), i * STRIDE, (i + 1) * STRIDE);
                float[] b = Arrays.copyOfRange(batch.pixels(), (i + 1) * STRIDE, (i + 2) * STRIDE);
                different += Arrays.equals(a, b) ? 0 : 1;
            }
        }
        assertTrue(different > 20, different + " of 33 neighbours differ");
    }

    @Test
    void batchesOfEvaluationAreReadWhenAskedFor() {
        List<Batch> batches = Batches.inOrder(SPLIT.source(), IMAGES, 20);
        assertEquals(3, batches.size());
        assertEquals(10, batches.get(2).count());
        assertArrayEquals(
                Arrays.copyOfRange(IMAGES.labels(), 20, 40), batches.get(1).labels());
        assertThrows(IndexOutOfBoundsException.class, () -> batches.get(3));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        Batches batches = new Batches(SPLIT, Augmentation.NONE, 1);
        for (int number : new int[] {-1, 5}) {
            String message = assertThrows(IllegalArgumentException.class, () -> batches.train(0, number, 10))
                    .getMessage();
            assertTrue(message.contains("batch " + number) && message.contains("0 to 4"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> batches.perEpoch(0));
        assertThrows(IllegalArgumentException.class, () -> batches.train(-1, 0, 10));
    }

    @Test
    void randAugmentNeedsGreyOrColourImages() {
        Images two = Images.synthetic(10, 2, 8, 2, 1);
        Split split = new Split(Datasets.of("two channels", two, two), two, two, two);
        String message = assertThrows(
                        IllegalArgumentException.class, () -> new Batches(split, Augmentation.CONVNEXT, 1))
                .getMessage();
        assertTrue(message.contains("2 channels") && message.contains("expected 1"), message);
    }
}
