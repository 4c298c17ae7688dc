package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SizedTest {
    @Test
    void aNameWithASizeGivesTheSameImagesAtThatSize() {
        Dataset plain = Datasets.get("synthetic");
        Dataset large = Datasets.get("synthetic@56");
        assertEquals("synthetic@56", large.name());
        assertEquals(plain.checksum(), large.checksum());
        Split split = Split.of(large, 20, 10, 10, 3);
        Batch batch = Batches.inOrder(large, split.train(), 20).get(0);
        assertEquals(56, batch.size());
        Batch small = Batches.inOrder(plain, Split.of(plain, 20, 10, 10, 3).train(), 20)
                .get(0);
        assertEquals(mean(small.pixels()), mean(batch.pixels()), 0.02);
        for (int i = 0; i < 20; i++) {
            assertEquals(small.labels()[i], batch.labels()[i]);
        }
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        return sum / values.length;
    }

    @Test
    void theSizeOfWhatIsNoDataSetIsRefused() {
        for (String name : new String[] {"cifar-1000@224", "cifar-100@", "cifar-100@0", "cifar-100@-3", "@28"}) {
            String message = assertThrows(IllegalArgumentException.class, () -> Datasets.check(name))
                    .getMessage();
            assertTrue(message.contains(name) && message.contains("<name>@<size>"), message);
        }
        Datasets.check("cifar-100@224");
    }
}
