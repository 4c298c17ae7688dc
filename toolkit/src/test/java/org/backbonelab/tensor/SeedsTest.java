package org.backbonelab.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SeedsTest {
    @Test
    void everyPartOfAStreamCounts() {
        Set<Long> seeds = new TreeSet<>();
        seeds.add(Seeds.derive(0, "init"));
        seeds.add(Seeds.derive(1, "init"));
        seeds.add(Seeds.derive(0, "shuffle"));
        seeds.add(Seeds.derive(0, "init", 0));
        seeds.add(Seeds.derive(0, "init", 1));
        seeds.add(Seeds.derive(0, "init", 0, 1));
        seeds.add(Seeds.derive(0, "init", 1, 0));
        assertEquals(7, seeds.size());
        assertEquals(Seeds.derive(5, "init", 3, 4), Seeds.derive(5, "init", 3, 4));
    }

    /** A changed stream changes every published number: change it on purpose or not at all. */
    @Test
    void streamsStay() {
        assertEquals(6678820879019105525L, Seeds.derive(42, "shuffle", 3));
        String order = Arrays.toString(Seeds.permutation(8, Seeds.stream(42, "shuffle", 3)));
        assertEquals("[2, 4, 0, 3, 5, 7, 1, 6]", order);
    }

    @Test
    void permutationHoldsEveryIndexOnce() {
        int[] order = Seeds.permutation(1000, Seeds.stream(1, "test"));
        int[] identity = new int[1000];
        Arrays.setAll(identity, i -> i);
        assertFalse(Arrays.equals(identity, order));
        Arrays.sort(order);
        assertArrayEquals(identity, order);
    }

    /** Position of element 0 over many shuffles: uniform. */
    @Test
    void permutationIsFair() {
        int[] counts = new int[5];
        for (int i = 0; i < 5000; i++) {
            int[] order = Seeds.permutation(5, Seeds.stream(1, "fair", i));
            counts[order[0]]++;
        }
        for (int count : counts) {
            // 1000 expected, deviation 28
            assertEquals(1000, count, 120);
        }
    }
}
