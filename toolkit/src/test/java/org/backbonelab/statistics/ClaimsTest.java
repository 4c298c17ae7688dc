package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ClaimsTest {
    private static Contrast contrast(double estimate, double error, int diverged) {
        return new Contrast(estimate, error, 10, 3, diverged, false);
    }

    @Test
    void aClaimHoldsFailsOrStaysOpenByItsInterval() {
        Table table = new Claims()
                .add("a", "+1", "top-1", contrast(2, 0.1, 0))
                .add("b", "+1", "top-1", contrast(-2, 0.1, 0))
                .add("c", "+1", "top-1", contrast(0.1, 0.1, 0))
                .add("d", "+1", "top-1", new Contrast(2, Double.NaN, Double.NaN, 1, 0, false))
                .add("e", "3", "4", Verdict.HOLDS)
                .table();
        assertEquals(List.of("claim", "paper", "ours", "p_adjusted", "verdict"), table.columnNames());
        assertEquals(
                List.of("holds", "fails", "open", "open", "holds"),
                table.stringColumn("verdict").asList());
        // t(0.975, 10) = 2.228139
        assertEquals("top-1 +2.00 ± 0.22 (3 seeds)", table.stringColumn("ours").get(0));
        assertEquals(
                "top-1 +2.00 (one seed: no interval)",
                table.stringColumn("ours").get(3));
        assertEquals("claims (3 tests, Holm's correction)", table.name());
        assertEquals(Double.NaN, table.doubleColumn("p_adjusted").getDouble(4));
    }

    /** Two and a half standard errors: enough for one test, not for eight. */
    @Test
    void manyTestsAskForMore() {
        assertEquals(
                "holds",
                new Claims()
                        .add("a", "", "", contrast(0.25, 0.1, 0))
                        .table()
                        .stringColumn("verdict")
                        .get(0));
        Claims eight = new Claims();
        for (int i = 0; i < 8; i++) {
            eight.add("a", "", "", contrast(i == 0 ? 0.25 : 0.01, 0.1, 0));
        }
        Table table = eight.table();
        assertEquals("open", table.stringColumn("verdict").get(0));
        assertEquals(
                8 * contrast(0.25, 0.1, 0).p(0),
                table.doubleColumn("p_adjusted").getDouble(0),
                1e-12);
    }

    @Test
    void whatDivergedLeavesAClaimOpen() {
        Table table = new Claims()
                .add("a", "", "", contrast(2, 0.1, 1))
                .add("b", "", "", new Contrast(Double.NaN, Double.NaN, Double.NaN, 0, 3, false))
                .table();
        assertEquals(List.of("open", "diverged"), table.stringColumn("verdict").asList());
        assertEquals(
                " +2.00 ± 0.22 (3 seeds, 1 diverged)",
                table.stringColumn("ours").get(0));
        assertEquals(" diverged", table.stringColumn("ours").get(1));
    }

    @Test
    void ratiosAreShownAsRatios() {
        Contrast six = new Contrast(Math.log(6), 0.1, 10, 3, 0, true);
        assertEquals("6.00 [4.80, 7.50] (3 seeds)", six.toString());
        assertEquals(6, six.value(), 1e-12);
    }
}
