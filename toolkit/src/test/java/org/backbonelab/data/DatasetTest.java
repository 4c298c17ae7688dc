package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.backbonelab.io.Sha256;
import org.junit.jupiter.api.Test;

class DatasetTest {
    @Test
    void meanAndDeviationArePerChannel() {
        // channel 0: 0 and 255, channel 1: 51 throughout
        byte[] pixels = {0, (byte) 255, 0, (byte) 255, 51, 51, 51, 51};
        Images images = new Images(pixels, new int[] {0}, 2, 2, 1);
        Dataset dataset = Datasets.of("two channels", images, images);
        assertArrayEquals(new float[] {0.5f, 0.2f}, dataset.mean(), 1e-6f);
        assertEquals(0.5, dataset.std()[0], 1e-6);
        assertEquals(1e-6, dataset.std()[1], 1e-7, "a constant channel must not divide by zero");
        Batch batch = Batches.inOrder(dataset, images, 1).get(0);
        assertArrayEquals(new float[] {-1, 1, -1, 1, 0, 0, 0, 0}, batch.pixels(), 1e-2f);
    }

    @Test
    void checksumSeesPixelsAndLabels() {
        Images images = Images.synthetic(20, 1, 8, 2, 1);
        String checksum = Datasets.of("a", images, images).checksum();
        assertEquals(checksum, Datasets.of("b", images, images).checksum());
        byte[] pixels = images.pixels().clone();
        pixels[5]++;
        Images other = new Images(pixels, images.labels(), 1, 8, 2);
        assertNotEquals(checksum, Datasets.of("a", other, images).checksum());
        int[] labels = images.labels().clone();
        labels[0] = 1 - labels[0];
        Images relabelled = new Images(images.pixels(), labels, 1, 8, 2);
        assertNotEquals(checksum, Datasets.of("a", images, relabelled).checksum());
    }

    /** The checksum of sets of up to 256 classes stays; beyond, classes 0 and 256 are told apart. */
    @Test
    void checksumSeesEachOfManyClasses() {
        String byteLabels = Sha256.hex("\u0007\u0001\u0007\u0001");
        assertEquals(byteLabels, checksum(1, 256));
        assertNotEquals(byteLabels, checksum(1, 257));
        assertNotEquals(checksum(0, 257), checksum(256, 257));
    }

    private static String checksum(int label, int classes) {
        Images one = new Images(new byte[] {7}, new int[] {label}, 1, 1, classes);
        return Datasets.of("one image", one, one).checksum();
    }

    @Test
    void listGivesEachDataSetOnce() {
        assertSame(Datasets.get("synthetic"), Datasets.get("synthetic"));
        String message = assertThrows(IllegalArgumentException.class, () -> Datasets.get("mnits"))
                .getMessage();
        assertTrue(message.contains("mnits") && message.contains("fashion-mnist"), message);
    }
}
