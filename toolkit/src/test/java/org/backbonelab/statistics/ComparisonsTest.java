package org.backbonelab.statistics;

import static org.backbonelab.statistics.SeededTable.minus;
import static org.backbonelab.statistics.SeededTable.plus;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** On synthetic results whose true means are known. */
class ComparisonsTest {
    /** Two seeds, scatter of 0.5: the shared variance sees a difference of 3 that a paired test cannot. */
    @Test
    void sharedVarianceSeesMoreThanPairsOfTwoSeeds() {
        int shared = 0;
        int paired = 0;
        int wrong = 0;
        int covered = 0;
        int runs = 200;
        for (int run = 0; run < runs; run++) {
            Table rows = CoupledTest.rows(2, run, (b, o, r) -> new double[] {80 - (b == 0 && o == 1 ? 3 : 0), 0.5});
            Table a = Comparisons.of(rows, "top1", "o0", "o1");
            assertEquals(CoupledTest.BACKBONES, a.rowCount());
            shared += "o0".equals(a.stringColumn("better").get(0)) ? 1 : 0;
            for (int b = 1; b < CoupledTest.BACKBONES; b++) {
                wrong += "open".equals(a.stringColumn("better").get(b)) ? 0 : 1;
            }
            Table p = Comparisons.bySeed(rows, "top1", "o0", "o1");
            paired += "o0".equals(p.stringColumn("better").get(0)) ? 1 : 0;
            Contrast d =
                    SeededTable.of(rows, "top1", "backbone", "optimizer").pooled(plus("b0", "o0"), minus("b1", "o2"));
            covered += d.lo() <= 0 && 0 <= d.hi() ? 1 : 0;
        }
        assertTrue(shared > 0.85 * runs && paired < 0.5 * runs, shared + " " + paired);
        assertTrue(wrong <= 0.05 * runs, wrong + " wrong");
        assertTrue(covered > 0.9 * runs && covered < runs, covered + " covered");
    }

    @Test
    void optimizersThatNoBackboneHasAreRefused() {
        Table rows = CoupledTest.rows(2, 0, (b, o, r) -> new double[] {80, 1});
        assertThrows(IllegalArgumentException.class, () -> Comparisons.of(rows, "top1", "o1", "adamw"));
    }
}
