package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class EqualLossTest {
    /** Runs of one network whose loss is (C / factor)^-0.1, with scatter. */
    private static ScalingRuns runs(double factor, double scatter, int seeds, long seed) {
        Table rows = Table.create(
                StringColumn.create("network"), DoubleColumn.create("compute"), DoubleColumn.create("loss"));
        RandomGenerator random = Seeds.stream(seed, "test");
        for (int i = 0; i < 8; i++) {
            for (int s = 0; s < seeds; s++) {
                double compute = factor * Math.pow(2, i);
                rows.stringColumn(0).append("one");
                rows.doubleColumn(1).append(compute);
                rows.doubleColumn(2)
                        .append(Math.pow(compute / factor, -0.1) * Math.exp(scatter * random.nextGaussian()));
            }
        }
        return ScalingRuns.of(rows, "network", "compute", "loss");
    }

    @Test
    void aFamilyThatNeedsThreeTimesTheComputeIsFoundOut() {
        EqualLoss ratio = EqualLoss.between(runs(3, 0, 1, 0), runs(1, 0, 1, 0), 100, 0);
        assertEquals(3, ratio.ratio(), 1e-9);
        ratio.byLoss().doubleColumn("ratio").forEach(r -> assertEquals(3, r, 1e-9));
        // The losses lie between those that both families reach, 1 and 128^-0.1; each stands for a twelfth of the way.
        assertEquals(
                Math.pow(128, -0.1 * 0.5 / 12),
                ratio.byLoss().doubleColumn("loss").max(),
                1e-9);
        assertEquals(
                Math.pow(128, -0.1 * 11.5 / 12),
                ratio.byLoss().doubleColumn("loss").min(),
                1e-9);
    }

    /** Of 60 pairs of scattered families, nearly all intervals hold the true ratio. */
    @Test
    void intervalsHoldTheTrueRatio() {
        int held = 0;
        for (int i = 0; i < 60; i++) {
            EqualLoss ratio = EqualLoss.between(runs(3, 0.01, 2, 2L * i), runs(1, 0.01, 2, 2L * i + 1), 200, i);
            assertTrue(ratio.lo() < ratio.hi());
            held += ratio.lo() < 3 && 3 < ratio.hi() ? 1 : 0;
        }
        assertTrue(held >= 52, held + " of 60");
    }

    @Test
    void familiesWithoutACommonLossHaveNoRatio() {
        Table high = Table.create(
                StringColumn.create("network", "a", "a", "a", "a"),
                DoubleColumn.create("compute", 1, 2, 3, 4),
                DoubleColumn.create("loss", 9, 8, 7, 6));
        EqualLoss none =
                EqualLoss.between(ScalingRuns.of(high, "network", "compute", "loss"), runs(1, 0, 1, 0), 100, 0);
        assertTrue(Double.isNaN(none.ratio()) && none.byLoss().isEmpty());
        assertTrue(none.recipe().contains("no loss that both reach"), none.recipe());
    }
}
