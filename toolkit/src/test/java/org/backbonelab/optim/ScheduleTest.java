package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduleTest {
    @ParameterizedTest
    @EnumSource(Schedule.class)
    void warmsUpInAStraightLineToTheBaseRate(Schedule schedule) {
        assertEquals(0.05, schedule.at(0.2, 0, 4, 20), 1e-15);
        assertEquals(0.10, schedule.at(0.2, 1, 4, 20), 1e-15);
        assertEquals(0.20, schedule.at(0.2, 3, 4, 20), 1e-15);
        assertEquals(0.20, schedule.at(0.2, 4, 4, 20), 1e-15, "the decay starts after the warm-up");
        assertEquals(0.20, schedule.at(0.2, 0, 0, 20), 1e-15);
    }

    @Test
    void cosineIsHalfAtHalfTimeAndEndsAtZero() {
        assertEquals(0.1, Schedule.COSINE.at(0.2, 12, 4, 20), 1e-15);
        assertEquals(0.2 * 0.5 * (1 + Math.sqrt(0.5)), Schedule.COSINE.at(0.2, 8, 4, 20), 1e-15);
        assertEquals(0, Schedule.COSINE.at(0.2, 20, 4, 20), 1e-15);
        assertEquals(0, Schedule.COSINE.at(0.2, 25, 4, 20), 1e-15);
    }

    @Test
    void linearFallsInAStraightLineToZero() {
        assertEquals(0.15, Schedule.LINEAR.at(0.2, 8, 4, 20), 1e-15);
        assertEquals(0, Schedule.LINEAR.at(0.2, 20, 4, 20), 1e-15);
    }

    @Test
    void constantStays() {
        assertEquals(0.2, Schedule.CONSTANT.at(0.2, 19, 4, 20));
    }
}
