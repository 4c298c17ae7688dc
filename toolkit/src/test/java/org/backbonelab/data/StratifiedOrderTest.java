package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StratifiedOrderTest {
    private static final int[] MNIST = {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949};

    /** Images of one pixel, classes mixed; what they show is of no matter here. */
    private static Images images(int... sizes) {
        int[] sorted = IntStream.range(0, sizes.length)
                .flatMap(c -> IntStream.generate(() -> c).limit(sizes[c]))
                .toArray();
        int[] labels = Arrays.stream(Seeds.permutation(sorted.length, Seeds.stream(7, "labels")))
                .map(i -> sorted[i])
                .toArray();
        return new Images(new byte[labels.length], labels, 1, 1, sizes.length);
    }

    private static int[] counts(ImageSource images) {
        int[] out = new int[images.classes()];
        for (int i = 0; i < images.count(); i++) {
            out[images.label(i)]++;
        }
        return out;
    }

    private static void assertShares(int[] sizes, ImageSource part, String what) {
        int[] found = counts(part);
        int all = Arrays.stream(sizes).sum();
        for (int c = 0; c < sizes.length; c++) {
            double share = (double) part.count() * sizes[c] / all;
            assertTrue(
                    Math.abs(found[c] - share) < 1,
                    what + ": class " + c + " has " + found[c] + " images, its share is " + share);
        }
    }

    private static int[] indices(ImageSource part) {
        return ((Subset) part).indices();
    }

    private static void assertStratified(int[] sizes, int trainCount, int validationCount, int testCount) {
        Images images = images(sizes);
        Split split = Split.of(Datasets.of("uneven", images, images), trainCount, validationCount, testCount, 3);
        assertEquals(trainCount, split.train().count());
        assertEquals(validationCount, split.validation().count());
        assertEquals(testCount, split.test().count());
        assertShares(sizes, split.train(), "train");
        assertShares(sizes, split.validation(), "validation");
        assertShares(sizes, split.test(), "test");
        int[] used = IntStream.concat(Arrays.stream(indices(split.train())), Arrays.stream(indices(split.validation())))
                .distinct()
                .toArray();
        assertEquals(trainCount + validationCount, used.length, "an image is trained on and validated on, or twice");
    }

    @ParameterizedTest
    @CsvSource({"3000, 1000, 2000", "59000, 1000, 60000", "1, 1, 1", "7, 59993, 11", "12345, 6789, 4321"})
    void everyPartOfMnistHoldsEachClassInItsShare(int train, int validation, int test) {
        assertStratified(MNIST, train, validation, test);
    }

    @Test
    void everyPartOfAnUnbalancedFolderHoldsEachClassInItsShare() {
        int[] sizes = {900, 90, 10};
        for (int validation : new int[] {1, 10, 100, 333, 999}) {
            assertStratified(sizes, 1000 - validation, validation, 77);
        }
        assertArrayEquals(new int[] {90, 9, 1}, counts(Subset.stratified(images(sizes), 100, 5)));
    }

    @Test
    void anyClassesInAnyPart() {
        Random random = new Random(4);
        for (int trial = 0; trial < 300; trial++) {
            int most = new int[] {2, 5, 60}[trial % 3];
            int[] sizes = IntStream.generate(() -> random.nextInt(most + 1))
                    .limit(1 + random.nextInt(40))
                    .toArray();
            sizes[0] += 2;
            Images images = images(sizes);
            int[] order = StratifiedOrder.of(images.labels(), images.classes(), trial);
            for (int n = 1; n <= order.length; n++) {
                String what = Arrays.toString(sizes) + ", ";
                assertShares(sizes, Subset.of(images, Arrays.copyOf(order, n)), what + "first " + n);
                assertShares(
                        sizes,
                        Subset.of(images, Arrays.copyOfRange(order, order.length - n, order.length)),
                        what + "last");
            }
        }
    }

    @Test
    void theOnlyImageOfAClassIsTrainedOn() {
        Images images = images(100, 1, 80, 1, 60, 1);
        for (long seed = 0; seed < 20; seed++) {
            Split split = Split.of(Datasets.of("rare", images, images), 193, 50, 10, seed);
            int[] train = counts(split.train());
            assertArrayEquals(new int[] {1, 1, 1}, new int[] {train[1], train[3], train[5]});
        }
    }

    @Test
    void aClassWithoutImagesIsNoObstacle() {
        assertArrayEquals(new int[] {5, 0, 5}, counts(Subset.stratified(images(10, 0, 10), 10, 1)));
    }

    @Test
    void allImagesAreEachImageOnce() {
        int[] all = indices(Subset.stratified(images(MNIST), 60_000, 9));
        assertArrayEquals(
                IntStream.range(0, 60_000).toArray(),
                Arrays.stream(all).sorted().toArray());
        assertFalse(Arrays.equals(all, IntStream.range(0, 60_000).toArray()), "in the order of the file");
    }

    @Test
    void theSeedDecides() {
        int[] labels = images(50, 30, 9).labels();
        assertArrayEquals(StratifiedOrder.of(labels, 3, 1), StratifiedOrder.of(labels, 3, 1));
        assertFalse(Arrays.equals(StratifiedOrder.of(labels, 3, 1), StratifiedOrder.of(labels, 3, 2)));
    }

    @Test
    void aSubsetOfNoneOrTooManyIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Subset.stratified(images(3, 2), 6, 0))
                .getMessage();
        assertTrue(message.contains("6") && message.contains("1 to 5"), message);
        assertThrows(IllegalArgumentException.class, () -> Subset.stratified(images(3, 2), 0, 0));
    }

    /** What was trained on balanced sets before every set was stratified stays valid: the old order, written out. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 97})
    void balancedSetsKeepTheirImagesAndTheirOrder(int classes) {
        Images images = images(IntStream.generate(() -> 41).limit(classes).toArray());
        int all = images.count();
        for (long seed : new long[] {0, 1, 12_345}) {
            int[] order = Seeds.permutation(all, Seeds.stream(seed, "subset"));
            int[] seen = new int[classes];
            int[] rank = new int[all];
            for (int i : order) {
                rank[i] = seen[images.label(i)]++;
            }
            int[] old = Arrays.stream(order)
                    .boxed()
                    .sorted((a, b) -> Integer.compare(rank[a], rank[b]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int count : new int[] {1, classes, 2 * classes + 1, all / 2, all - 1}) {
                int validation = Math.max(1, (all - count) / 3);
                assertArrayEquals(Arrays.copyOf(old, count), indices(Subset.stratified(images, count, seed)));
                if (count + validation <= all) {
                    Split split = Split.of(Datasets.of("even", images, images), count, validation, count, seed);
                    assertArrayEquals(Arrays.copyOf(old, count), indices(split.train()));
                    assertArrayEquals(Arrays.copyOfRange(old, all - validation, all), indices(split.validation()));
                    assertArrayEquals(Arrays.copyOf(old, count), indices(split.test()));
                }
            }
        }
    }

    @Test
    void aSmallDataSetGivesFewerImagesInTheSameProportion() {
        Dataset small = Datasets.get("synthetic");
        int train = small.train().count();
        int test = small.test().count();
        assertArrayEquals(
                new int[] {8, 2, 3}, Split.atMost(small, 8, 2, 3), "as many as asked for where they are there");
        int[] counts = Split.atMost(small, 8 * train, 2 * train, test + 1);
        assertArrayEquals(new int[] {(int) (0.8 * train), (int) (0.2 * train), test}, counts);
        Split.of(small, counts[0], counts[1], counts[2], 0);
    }

    @Test
    void aStudysOwnDataSetIsTakenWhereNoOtherIsChosen() {
        assertEquals("fashion-mnist", Datasets.chosen("fashion-mnist"));
        assertThrows(IllegalArgumentException.class, () -> Datasets.chosen("fashion"));
    }
}
