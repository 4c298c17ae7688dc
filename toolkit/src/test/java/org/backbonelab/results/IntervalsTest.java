package org.backbonelab.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class IntervalsTest {
    private static Table table(double... values) {
        return Table.create("t", DoubleColumn.create("top1", values));
    }

    @Test
    void halfWidthIsStudents() {
        // deviation 1, t(0.975, 2) = 4.302653
        assertEquals(4.302653 / Math.sqrt(3), Intervals.tHalfWidth(new double[] {1, 2, 3}, 0.95), 1e-5);
        assertEquals(2.919986 / Math.sqrt(3), Intervals.tHalfWidth(new double[] {1, 2, 3}, 0.90), 1e-5);
        assertTrue(Double.isNaN(Intervals.tHalfWidth(new double[] {1}, 0.95)));
    }

    @Test
    void pairsAreComparedOneByOneWithoutBrokenOnes() {
        Intervals.Difference d = Intervals.paired(table(11, 22, Double.NaN, 33), table(10, 20, 5, 30), "top1");
        assertEquals(2, d.mean(), 1e-12);
        assertEquals(3, d.pairs());
        assertEquals(4.302653 / Math.sqrt(3), d.half(), 1e-5);
    }

    @Test
    void nothingToPairIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Intervals.paired(table(1), table(1, 2), "top1"));
        assertThrows(IllegalArgumentException.class, () -> Intervals.paired(table(Double.NaN), table(1), "top1"));
    }
}
