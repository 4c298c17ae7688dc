package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.backbonelab.optim.Schedule.Clock;
import org.backbonelab.optim.Schedule.Run;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against torch.optim.lr_scheduler, timm's cosine and mmcv's formula: a run of 12 epochs of 5 steps at base rate 0.2. */
class ScheduleTest {
    private static final Golden GOLDEN = Golden.load("schedules");
    private static final double BASE = 0.2;
    private static final int TOTAL = 60;
    private static final int EPOCH = 5;

    static Stream<Arguments> cases() {
        Schedule mmcv = Schedule.COSINE.withWarmup(1e-5, Clock.FROM_START);
        return Stream.of(
                Arguments.of("constant", Schedule.CONSTANT, 0),
                Arguments.of("cosine", Schedule.COSINE, 0),
                Arguments.of("cosine floor", Schedule.COSINE.withFloor(0.01), 0),
                Arguments.of("cosine per epoch", Schedule.COSINE.withPerEpoch(true), 0),
                Arguments.of("linear", Schedule.LINEAR, 0),
                Arguments.of("linear floor", Schedule.LINEAR.withFloor(0.1), 0),
                Arguments.of(
                        "step per epoch", Schedule.step(0.1, 4.0, 8.0, 11.0).withPerEpoch(true), 0),
                Arguments.of("step", Schedule.step(0.3, 3.6, 9.0), 0),
                Arguments.of(
                        "cosine after warm-up",
                        Schedule.COSINE.withFloor(0.01).withWarmup(1e-3, Clock.AFTER_WARMUP),
                        10),
                Arguments.of("linear after warm-up", Schedule.LINEAR.withWarmup(1e-3, Clock.AFTER_WARMUP), 10),
                Arguments.of("mmcv", mmcv.withFloor(1e-3), 10),
                Arguments.of("mmcv per epoch", mmcv.withPerEpoch(true), 10),
                Arguments.of("timm", Schedule.COSINE.withFloor(0.01).withWarmup(1e-3, Clock.HIDDEN_BY_WARMUP), 10),
                Arguments.of("timm from zero", Schedule.COSINE.withWarmup(0, Clock.HIDDEN_BY_WARMUP), 10),
                Arguments.of(
                        "timm with prefix", Schedule.COSINE.withFloor(0.01).withWarmup(1e-3, Clock.AFTER_WARMUP), 10));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void givesTheReferencesRateAtEveryStep(String name, Schedule schedule, int warmup) {
        double[] expected = GOLDEN.values(name, "lr");
        assertEquals(TOTAL, expected.length);
        Run run = new Run(warmup, TOTAL, EPOCH);
        for (int step = 0; step < TOTAL; step++) {
            assertEquals(expected[step], schedule.at(BASE, step, run), 1e-11, name + ", step " + step);
        }
    }

    @Test
    void staysAtTheFloorAfterTheEnd() {
        Run run = new Run(0, TOTAL, EPOCH);
        assertEquals(0, Schedule.COSINE.at(BASE, TOTAL + 5, run), 1e-15);
        assertEquals(0.02, Schedule.LINEAR.withFloor(0.1).at(BASE, TOTAL + 5, run), 1e-15);
        assertEquals(BASE, Schedule.COSINE.at(BASE, 1, new Run(1, 1, 1)), 1e-15, "all of it warm-up");
    }

    /** Against the formulas of their papers, at every step of a warm-up of 10 steps and of the 50 after it. */
    @Test
    void squareRoots() {
        Run run = new Run(10, TOTAL, EPOCH);
        for (int step = 0; step < TOTAL; step++) {
            double warm = Math.min(1, step / 10.0);
            double oneMinus = 1 - Math.sqrt(Math.max(0, step - 10) / 50.0);
            assertEquals(BASE * warm * oneMinus, Schedule.SQUARE_ROOT.at(BASE, step, run), 1e-15, "step " + step);
            double floored = 0.1 + 0.9 * oneMinus;
            assertEquals(
                    BASE * warm * floored, Schedule.SQUARE_ROOT.withFloor(0.1).at(BASE, step, run), 1e-15);
            // Vaswani et al.: min(step^-0.5, step * warm-up^-1.5), here as a share of its peak.
            double vaswani = step == 0 ? 0 : Math.min(Math.pow(step, -0.5), step * Math.pow(10, -1.5)) * Math.sqrt(10);
            for (Clock clock : Clock.values()) {
                Schedule inverse = Schedule.INVERSE_SQUARE_ROOT.withWarmup(0, clock);
                assertEquals(BASE * vaswani, inverse.at(BASE, step, run), 1e-15, "step " + step);
            }
        }
        Run cold = new Run(0, TOTAL, EPOCH);
        assertEquals(0, Schedule.SQUARE_ROOT.at(BASE, TOTAL, cold), 1e-15);
        assertEquals(BASE, Schedule.INVERSE_SQUARE_ROOT.at(BASE, 0, cold), 1e-15);
        assertEquals(BASE / 2, Schedule.INVERSE_SQUARE_ROOT.at(BASE, 4, cold), 1e-15);
        assertEquals(
                BASE / Math.sqrt(5),
                Schedule.INVERSE_SQUARE_ROOT.withPerEpoch(true).at(BASE, 9, cold),
                1e-15);
    }

    @Test
    void milestonesAreStretchedWithTheRun() {
        Schedule schedule = Schedule.step(0.1, 4.0, 8.0).stretched(2.5);
        assertEquals(Schedule.step(0.1, 10.0, 20.0), schedule);
        assertEquals(Schedule.COSINE, Schedule.COSINE.stretched(3));
    }

    private static void assertRefused(String message, Supplier<Schedule> build) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, build::get).getMessage());
    }

    @Test
    void badValuesAreRefused() {
        assertRefused(
                "floor is 1.5, expected a share of the learning rate, 0 to 1", () -> Schedule.COSINE.withFloor(1.5));
        assertRefused(
                "warm-up start is -0.1, expected a share of the rate, 0 to 1",
                () -> Schedule.COSINE.withWarmup(-0.1, Clock.FROM_START));
        assertRefused("gamma is 0.0, expected a factor above 0 and at most 1", () -> Schedule.step(0, 1.0));
        assertRefused("milestones is [3.0, 2.0], expected positive epochs that rise", () -> Schedule.step(1, 3.0, 2.0));
        assertRefused("milestones is [], expected some for STEP, else none", () -> Schedule.step(0.1));
    }
}
