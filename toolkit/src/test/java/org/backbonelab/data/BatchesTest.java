package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.backbonelab.data.Batches.Augmentation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesTest {
    private static final int COUNT = 50;
    private static final int SIZE = 14;
    private static final int STRIDE = SIZE * SIZE;
    private static final Split SPLIT = split();

    /** The label is the index, so a batch tells which images it holds. */
    private static Split split() {
        int[] labels = new int[COUNT];
        Arrays.setAll(labels, i -> i);
        Images images = new Images(Images.synthetic(COUNT, 1, SIZE, 10, 4).pixels(), labels, 1, SIZE, COUNT);
        return new Split(Datasets.of("indexed", images, images), images, images, images);
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
    @EnumSource(Augmentation.class)
    void augmentationIsAFunctionOfSeedEpochAndIndex(Augmentation augmentation) {
        Map<Integer, float[]> first = images(augmentation, 1, 0, 10);
        Map<Integer, float[]> again = images(augmentation, 1, 0, 7);
        first.forEach((index, pixels) -> assertArrayEquals(pixels, again.get(index)));
        boolean random = augmentation != Augmentation.NONE;
        assertEquals(random, differ(first, images(augmentation, 1, 1, 10)), "other epoch");
        assertEquals(random, differ(first, images(augmentation, 2, 0, 10)), "other seed");
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
        byte[] before = SPLIT.train().pixels().clone();
        images(Augmentation.CROP_FLIP, 1, 0, 10);
        assertArrayEquals(before, SPLIT.train().pixels());
    }
}
