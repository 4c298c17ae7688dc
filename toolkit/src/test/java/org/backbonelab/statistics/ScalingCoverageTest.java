package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A smaller {@link ScalingCoverage}: what the Javadoc says of intervals holds within the noise of so few sets. */
class ScalingCoverageTest {
    private static final int SETS = 100;
    private static final int DRAWS = 100;

    /** Four standard deviations of a count of 100 at 95 % are 9. */
    @ParameterizedTest
    @CsvSource({"power, 0, 1", "power, 0, 2", "floored, 1, 1", "surface, 1, 1"})
    void intervalsHoldTheTruth(String name, double floor, int seeds) {
        ScalingCoverage.Count count = ScalingCoverage.count(
                ScalingCoverage.fit(name, DRAWS),
                set -> ScalingCoverage.runs(ScalingCoverage.SIX, seeds, floor, 0.006, 1000 + set),
                ScalingCoverage.runs(ScalingCoverage.SIX, 1, floor, 1e-9, 0),
                ScalingCoverage.law(name),
                SETS);
        assertEquals(SETS, count.sets(), "sets with an interval");
        int held = name.equals("surface") ? count.law() : count.grid();
        assertTrue(held >= 86, count.toString());
    }
}
