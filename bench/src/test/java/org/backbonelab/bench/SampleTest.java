package org.backbonelab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
    private static List<ChildProcess.Timed> turn(double others, double... ms) {
        return Arrays.stream(ms)
                .mapToObj(t -> new ChildProcess.Timed(t, others))
                .toList();
    }

    @Test
    void disturbedStepsDoNotCount() {
        Sample sample = new Sample(0);
        sample.add(turn(0.01, 10, 20, 30));
        sample.add(turn(0.5, 1000, 1000, 1000, 1000));
        assertEquals(20, sample.median());
        assertEquals("3 of 7", sample.counts());
        assertEquals(4060, sample.total());
        assertFalse(sample.isDisturbed());
    }

    @Test
    void fewerThanThreeUndisturbedStepsAreToldAsDisturbed() {
        Sample sample = new Sample(0);
        sample.add(turn(0.01, 10, 10));
        sample.add(turn(0.5, 100, 100, 100));
        assertTrue(sample.isDisturbed());
        assertEquals(100, sample.median());
        assertTrue(sample.text(1, 1).endsWith("disturbed"), sample.text(1, 1));
    }

    @Test
    void othersMayUseTheCoresThatAContenderLeaves() {
        Sample sample = new Sample(0.5);
        sample.add(turn(0.52, 10, 10, 10));
        sample.add(turn(0.56, 90, 90, 90));
        assertEquals(10, sample.median());
    }

    @Test
    void ratiosAreOfTurnsOfTheSameRound() {
        Sample one = new Sample(0);
        Sample two = new Sample(0);
        // The machine is twice as slow in every round as in the one before.
        for (int ms = 10; ms <= 40; ms *= 2) {
            one.add(turn(0, ms, ms, ms));
            two.add(turn(0, 2 * ms, 2 * ms, 2 * ms));
        }
        assertEquals("2.000 (2.000 to 2.000)", two.ratioTo(one));
        assertEquals("20.0 (10.0 to 40.0)", one.text(1, 1));
    }
}
