package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class InteractionTest {
    /** Backbone level, optimizer level, and what the pair of backbone 1 and optimizer 2 adds. */
    private static double mean(int b, int o, double pair) {
        return 70 + 3 * b - (o == 5 ? 8 : 0) - 0.4 * o + (b == 1 && o == 2 ? pair : 0);
    }

    private static Row find(Table table, String... names) {
        for (int i = 0; i < table.rowCount(); i++) {
            boolean fits = true;
            for (int k = 0; k < names.length; k++) {
                fits &= table.stringColumn(k).get(i).equals(names[k]);
            }
            if (fits) {
                return table.row(i);
            }
        }
        throw new AssertionError("no row of " + String.join(" ", names));
    }

    @Test
    void weakOptimizerIsNotCoupledAndACoupledPairIs() {
        Table rows = CoupledTest.rows(3, 1, (b, o, r) -> new double[] {mean(b, o, -9), 0.4});
        Table pairs = Interaction.pairs(rows, "top1");
        for (int b = 0; b < CoupledTest.BACKBONES; b++) {
            Row weak = find(pairs, "b" + b, "o5");
            assertEquals("not", weak.getString("verdict"), "weak on all backbones");
            assertTrue(weak.getDouble("gap") < -6);
            assertEquals(weak.getDouble("gap") - weak.getDouble("own"), weak.getDouble("interaction"), 1e-9);
        }
        Row coupled = find(pairs, "b1", "o2");
        assertEquals("coupled", coupled.getString("verdict"));
        assertEquals(-9, coupled.getDouble("interaction"), 1.5);
        assertTrue(coupled.getDouble("lo") < -9 && -9 < coupled.getDouble("hi"));
        Table optimizers = Interaction.optimizers(rows, "top1");
        assertEquals("weak", find(optimizers, "o5").getString("verdict"));
        assertEquals("strong", find(optimizers, "o0").getString("verdict"));
        assertEquals(4, find(optimizers, "o0").getDouble("n"));
        assertEquals("coupled", find(Coupling.coupled(rows, "top1"), "b0", "o5").getString("verdict"));
    }

    /** Optimizer 2 is nine points above the others, but for one backbone, where it is with them: no failure. */
    @Test
    void whoKeepsUpIsNotCoupledThoughStrongerElsewhere() {
        Table rows =
                CoupledTest.rows(3, 4, (b, o, r) -> new double[] {mean(b, o, 0) + (o == 2 && b != 1 ? 9 : 0), 0.4});
        Row pair = find(Interaction.pairs(rows, "top1"), "b1", "o2");
        assertTrue(pair.getDouble("hi") < -2 && pair.getDouble("gap") > -2);
        assertEquals("weaker", pair.getString("verdict"));
    }

    @Test
    void valuesAreThoseOfTheMedians() {
        Table rows = exact(new double[][] {{80, 70, 60}, {50, 45, 40}, {90, 60, 88}, {33, 30, 27}});
        Table pairs = Interaction.pairs(rows, "top1", 0, Correction.HOLM);
        // Gaps of o0: 10, 5, 2, 3, with the median 4; of o1: 0, 0, -28, 0; of o2: -10, -5, 0, -3.
        assertEquals(6, find(pairs, "b0", "o0").getDouble("interaction"), 1e-6);
        assertEquals(4, find(pairs, "b0", "o0").getDouble("own"), 1e-6);
        assertEquals(-28, find(pairs, "b2", "o1").getDouble("interaction"), 1e-6);
        assertEquals(4, find(pairs, "b2", "o2").getDouble("interaction"), 1e-6);
        assertThrows(
                IllegalArgumentException.class, () -> Interaction.pairs(rows, "top1", Double.NaN, Correction.HOLM));
    }

    /** Two seeds a pair, so close that they are the mean. */
    private static Table exact(double[][] means) {
        Table out = Table.create(
                "rows",
                StringColumn.create("backbone"),
                StringColumn.create("optimizer"),
                DoubleColumn.create("seed"),
                DoubleColumn.create("top1"));
        for (int b = 0; b < means.length; b++) {
            for (int o = 0; o < means[b].length; o++) {
                for (int seed = 0; seed < 2; seed++) {
                    out.stringColumn(0).append("b" + b);
                    out.stringColumn(1).append("o" + o);
                    out.doubleColumn(2).append(seed);
                    out.doubleColumn(3).append(means[b][o] + (2 * seed - 1) * 1e-7);
                }
            }
        }
        return out;
    }

    @Test
    void pairWithoutASeedLeftIsDivergedAndOutOfEveryMedian() {
        Table rows =
                CoupledTest.rows(3, 2, (b, o, r) -> new double[] {b == 0 && o == 3 ? Double.NaN : mean(b, o, 0), 0.4});
        Row lost = find(Interaction.pairs(rows, "top1"), "b0", "o3");
        assertEquals("diverged", lost.getString("verdict"));
        assertEquals(3, lost.getDouble("diverged"));
        assertTrue(Double.isNaN(lost.getDouble("interaction")) && Double.isNaN(lost.getDouble("gap")));
        assertEquals(3, find(Interaction.optimizers(rows, "top1"), "o3").getDouble("n"));
    }

    /** No pair adds anything: at a margin of 0 with Holm's correction few tables have any call. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void fewTablesOfPureLevelsHaveAnyCall(int seeds) {
        int wrong = 0;
        int runs = 300;
        for (int run = 0; run < runs; run++) {
            Table rows = CoupledTest.rows(seeds, run, (b, o, r) -> new double[] {mean(b, o, 0), 0.5 * (b + 1)});
            boolean any = false;
            for (Row row : Interaction.pairs(rows, "top1", 0, Correction.HOLM)) {
                any |= row.getString("verdict").equals("coupled");
            }
            wrong += any ? 1 : 0;
        }
        assertTrue(wrong <= 0.065 * runs, wrong + " of " + runs + " tables have a pair called coupled");
    }

    /** Two pairs are coupled; of what is called coupled, at most one in twenty is something else. */
    @Test
    void fewOfTheCallsAreWrong() {
        double wrong = 0;
        int seen = 0;
        int runs = 200;
        for (int run = 0; run < runs; run++) {
            Table rows = CoupledTest.rows(
                    3, run, (b, o, r) -> new double[] {mean(b, o, -7) - (b == 2 && o == 4 ? 9 : 0), 0.5 * (b + 1)});
            int all = 0;
            int right = 0;
            for (Row row : Interaction.pairs(rows, "top1")) {
                if (row.getString("verdict").equals("coupled")) {
                    String pair = row.getString("backbone") + row.getString("optimizer");
                    all++;
                    right += pair.equals("b1o2") || pair.equals("b2o4") ? 1 : 0;
                }
            }
            wrong += all == 0 ? 0 : (double) (all - right) / all;
            seen += right;
        }
        assertTrue(wrong / runs <= 0.05, wrong / runs + " of the calls are wrong");
        assertTrue(seen >= 1.6 * runs, seen + " of " + 2 * runs + " couplings are seen");
    }
}
