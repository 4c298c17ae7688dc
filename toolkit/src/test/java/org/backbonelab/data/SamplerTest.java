package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
    @Test
    void everyEpochOfEverySizeIsAPermutation() {
        for (int count : new int[] {1, 2, 3, 7, 64, 100, 1009, 50_000}) {
            Sampler sampler = new Sampler(count, 1, count);
            for (int epoch : new int[] {0, 1, 17, 1_000_000}) {
                int[] order = sampler.order(epoch);
                Arrays.sort(order);
                assertArrayEquals(IntStream.range(0, count).toArray(), order, count + " images, epoch " + epoch);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "10, 3", "12, 3", "50, 4", "7, 10", "1000, 2"})
    void eachIndexComesAsOftenAsItIsRepeatedInAPass(int count, int repeats) {
        Sampler sampler = new Sampler(count, repeats, 9);
        for (int pass = 0; pass < 3; pass++) {
            int[] seen = new int[count];
            boolean[][] copies = new boolean[count][repeats];
            for (int epoch = pass * repeats; epoch < (pass + 1) * repeats; epoch++) {
                int[] order = sampler.order(epoch);
                assertEquals(count, order.length);
                for (int i = 0; i < count; i++) {
                    seen[order[i]]++;
                    copies[order[i]][sampler.copy(epoch, i)] = true;
                }
            }
            for (int i = 0; i < count; i++) {
                assertEquals(repeats, seen[i], "index " + i + " in pass " + pass);
                for (boolean copy : copies[i]) {
                    assertTrue(copy, "a copy of index " + i + " came twice");
                }
            }
        }
    }

    @Test
    void copiesAreNeighbours() {
        int[] order = new Sampler(12, 3, 1).order(1);
        assertEquals(4, Arrays.stream(order).distinct().count());
        for (int i = 0; i < 12; i++) {
            assertEquals(order[i / 3 * 3], order[i]);
        }
    }

    @Test
    void partsFitTogetherWhateverWasAskedBefore() {
        Sampler sampler = new Sampler(101, 3, 4);
        for (int epoch : new int[] {5, 0, 9, 5, 4, 2, 0, 3}) {
            int[] whole = new Sampler(101, 3, 4).order(epoch);
            assertArrayEquals(whole, sampler.order(epoch));
            assertArrayEquals(Arrays.copyOfRange(whole, 33, 77), sampler.order(epoch, 33, 77));
        }
    }

    @Test
    void theCallerMayWriteIntoAnOrder() {
        Sampler sampler = new Sampler(10, 1, 4);
        int[] first = sampler.order(0);
        int[] copy = first.clone();
        Arrays.fill(first, -1);
        assertArrayEquals(copy, sampler.order(0));
    }

    @Test
    void orderIsThatOfTheSeedAndTheEpoch() {
        assertArrayEquals(Seeds.permutation(30, Seeds.stream(6, "shuffle", 2)), new Sampler(30, 1, 6).order(2));
        assertFalse(Arrays.equals(new Sampler(30, 1, 6).order(2), new Sampler(30, 1, 7).order(2)));
        assertFalse(Arrays.equals(new Sampler(30, 1, 6).order(2), new Sampler(30, 1, 6).order(3)));
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Sampler(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sampler(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sampler(1, 1, 0).order(-1));
    }
}
