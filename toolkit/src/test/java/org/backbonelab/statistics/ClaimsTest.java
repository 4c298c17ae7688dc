package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.backbonelab.results.Intervals;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ClaimsTest {
    @Test
    void differenceHoldsFailsOrStaysOpenByItsInterval() {
        Table table = new Claims()
                .add("a", "+1", "top-1", new Intervals.Difference(2, 1, 3))
                .add("b", "+1", "top-1", new Intervals.Difference(-2, 1, 3))
                .add("c", "+1", "top-1", new Intervals.Difference(0.5, 1, 3))
                .add("d", "+1", "top-1", new Intervals.Difference(2, Double.NaN, 1))
                .add("e", "3", "4", Claims.Verdict.HOLDS)
                .table();
        assertEquals(List.of("claim", "paper", "ours", "verdict"), table.columnNames());
        assertEquals(
                List.of("holds", "fails", "open", "open", "holds"),
                table.stringColumn("verdict").asList());
        assertEquals("top-1 +2.00 ± 1.00 (3 seeds)", table.stringColumn("ours").get(0));
        assertEquals(
                "top-1 +2.00 (one seed: no interval)",
                table.stringColumn("ours").get(3));
    }
}
