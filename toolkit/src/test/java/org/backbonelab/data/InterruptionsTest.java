package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.backbonelab.data.Interruptions.Restart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InterruptionsTest {
    private static final int COUNT = 1003;
    private static final int BATCH = 10;
    /** Two epochs of 101 batches, the last of 3 images. */
    private static final long UPDATES = 202;

    private static Sampler sampler(int interruptions, Restart restart) {
        return new Sampler(COUNT, 1, 5).interrupted(new Interruptions(interruptions, restart), UPDATES, BATCH);
    }

    /** The first position of the first update after each interruption, in its epoch. */
    private static List<int[]> places(int interruptions, Restart restart) {
        return new Interruptions(interruptions, restart)
                .before(UPDATES, 5).stream()
                        .map(u -> new int[] {(int) (u / 101), (int) (u % 101) * BATCH})
                        .toList();
    }

    @Test
    void anExactLoaderShowsEveryImageOnce() {
        for (int epoch : new int[] {0, 1}) {
            assertArrayEquals(
                    new Sampler(COUNT, 1, 5).order(epoch),
                    sampler(16, Restart.EXACT).order(epoch));
        }
    }

    /** After an interruption, the rest of the epoch is the beginning of an order: a new one, or that of the epoch. */
    @ParameterizedTest
    @EnumSource(names = {"REDRAWN", "EPOCH_AGAIN"})
    void theRestOfTheEpochIsTheBeginningOfAnOrder(Restart restart) {
        List<int[]> places = places(1, restart);
        int epoch = places.get(0)[0];
        int at = places.get(0)[1];
        int[] whole = new Sampler(COUNT, 1, 5).order(epoch);
        int[] order = sampler(1, restart).order(epoch);
        assertArrayEquals(Arrays.copyOf(whole, at), Arrays.copyOf(order, at));
        int[] rest = Arrays.copyOfRange(order, at, COUNT);
        assertEquals(rest.length, Arrays.stream(rest).distinct().count());
        boolean same = Arrays.equals(Arrays.copyOf(whole, rest.length), rest);
        assertEquals(restart == Restart.EPOCH_AGAIN, same);
        int other = 1 - epoch;
        assertArrayEquals(
                new Sampler(COUNT, 1, 5).order(other), sampler(1, restart).order(other));
    }

    @ParameterizedTest
    @EnumSource
    void anOrderAskedForInPartsIsThatAskedForAtOnce(Restart restart) {
        Sampler sampler = sampler(16, restart);
        for (int epoch : new int[] {1, 0}) {
            int[] whole = sampler.order(epoch);
            int[] parts = IntStream.iterate(0, i -> i < COUNT, i -> i + BATCH)
                    .flatMap(from ->
                            Arrays.stream(sampler(16, restart).order(epoch, from, Math.min(COUNT, from + BATCH))))
                    .toArray();
            assertArrayEquals(whole, parts);
            assertTrue(Arrays.stream(whole).allMatch(i -> i >= 0 && i < COUNT));
        }
    }

    /** Many interruptions in an epoch leave images out: more where the epoch begins again. */
    @Test
    void forgetfulLoadersLeaveImagesOut() {
        long redrawn =
                Arrays.stream(sampler(16, Restart.REDRAWN).order(0)).distinct().count();
        long again = Arrays.stream(sampler(16, Restart.EPOCH_AGAIN).order(0))
                .distinct()
                .count();
        assertTrue(again < redrawn && redrawn < COUNT, again + " and " + redrawn);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Interruptions(-1, Restart.EXACT));
        assertThrows(IllegalArgumentException.class, () -> new Interruptions(0, Restart.REDRAWN));
        Sampler repeated = new Sampler(COUNT, 2, 5);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> repeated.interrupted(new Interruptions(1, Restart.REDRAWN), UPDATES, BATCH))
                .getMessage();
        assertTrue(message.contains("repeats is 2"), message);
    }
}
