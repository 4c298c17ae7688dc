package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.backbonelab.data.augment.Pixels;
import org.junit.jupiter.api.Test;

class ImagesTest {
    /** 40 images of class 0, 40 of class 1, 20 of class 2; pixel 0 is the index. */
    private static Images numbered() {
        byte[] pixels = new byte[100 * 4];
        int[] labels = new int[100];
        for (int i = 0; i < 100; i++) {
            pixels[i * 4] = (byte) i;
            labels[i] = i < 40 ? 0 : i < 80 ? 1 : 2;
        }
        return new Images(pixels, labels, 1, 2, 3);
    }

    private static int[] indices(ImageSource images) {
        int[] out = new int[images.count()];
        Pixels pixels = new Pixels();
        for (int i = 0; i < out.length; i++) {
            images.read(i, pixels);
            out[i] = pixels.data()[0];
        }
        return out;
    }

    @Test
    void subsetHoldsEachClassInItsShare() {
        assertArrayEquals(new int[] {12, 12, 6}, counts(Subset.stratified(numbered(), 30, 1)));
        assertArrayEquals(new int[] {40, 40, 20}, counts(Subset.stratified(numbered(), 100, 1)));
        int[] uneven = counts(Subset.stratified(numbered(), 31, 1));
        assertTrue(uneven[0] + uneven[1] + uneven[2] == 31 && uneven[2] >= 6 && uneven[2] <= 7, () -> "31 images");
    }

    private static int[] counts(ImageSource images) {
        int[] out = new int[images.classes()];
        for (int i = 0; i < images.count(); i++) {
            out[images.label(i)]++;
        }
        return out;
    }

    @Test
    void largerSubsetHoldsTheSmallerOne() {
        int[] small = indices(Subset.stratified(numbered(), 17, 5));
        int[] large = indices(Subset.stratified(numbered(), 62, 5));
        assertArrayEquals(small, Arrays.copyOf(large, 17));
        assertEquals(62, Arrays.stream(large).distinct().count());
    }

    @Test
    void subsetDependsOnTheSeed() {
        assertArrayEquals(indices(Subset.stratified(numbered(), 20, 5)), indices(Subset.stratified(numbered(), 20, 5)));
        assertFalse(Arrays.equals(
                indices(Subset.stratified(numbered(), 20, 5)), indices(Subset.stratified(numbered(), 20, 6))));
    }

    @Test
    void labelsTravelWithTheirImages() {
        ImageSource subset = Subset.stratified(numbered(), 50, 3);
        int[] indices = indices(subset);
        for (int i = 0; i < indices.length; i++) {
            assertEquals(indices[i] < 40 ? 0 : indices[i] < 80 ? 1 : 2, subset.label(i));
        }
    }

    @Test
    void badCountsAndLabelsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Subset.stratified(numbered(), 0, 1));
        assertThrows(IllegalArgumentException.class, () -> Subset.stratified(numbered(), 101, 1));
        assertThrows(IllegalArgumentException.class, () -> new Images(new byte[4], new int[] {3}, 1, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> new Images(new byte[5], new int[] {0}, 1, 2, 3));
    }

    @Test
    void splitPartsAreDisjointAndNested() {
        Images images = numbered();
        Dataset dataset = Datasets.of("numbered", images, images);
        Split split = Split.of(dataset, 60, 30, 50, 0);
        Set<Integer> train = set(split.train());
        Set<Integer> validation = set(split.validation());
        assertEquals(60, train.size());
        assertEquals(30, validation.size());
        assertEquals(50, split.test().count());
        train.retainAll(validation);
        assertEquals(Set.of(), train, "images both trained on and validated on");
        Split smaller = Split.of(dataset, 20, 30, 50, 0);
        assertArrayEquals(indices(smaller.train()), Arrays.copyOf(indices(split.train()), 20));
        assertArrayEquals(indices(smaller.validation()), indices(split.validation()));
    }

    private static Set<Integer> set(ImageSource images) {
        Set<Integer> out = new HashSet<>();
        Arrays.stream(indices(images)).forEach(out::add);
        return out;
    }

    @Test
    void splitLargerThanTheDataIsRefused() {
        Dataset dataset = Datasets.of("numbered", numbered(), numbered());
        String message = assertThrows(IllegalArgumentException.class, () -> Split.of(dataset, 80, 30, 10, 0))
                .getMessage();
        assertTrue(message.contains("80") && message.contains("30") && message.contains("100"), message);
        assertThrows(IllegalArgumentException.class, () -> Split.of(dataset, 0, 30, 10, 0));
        assertThrows(IllegalArgumentException.class, () -> Split.of(dataset, 10, 10, 101, 0));
    }
}
