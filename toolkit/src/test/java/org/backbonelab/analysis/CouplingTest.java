package org.backbonelab.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.backbonelab.testing.Papers;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Against the published 20 x 20 results on CIFAR-100; "!" in the file marks a pair that the paper greys out. */
class CouplingTest {
    private static Table published() {
        List<String[]> lines = Papers.read("bocb-cifar100");
        StringColumn backbone = StringColumn.create("backbone");
        StringColumn optimizer = StringColumn.create("optimizer");
        DoubleColumn top1 = DoubleColumn.create("top1");
        DoubleColumn grey = DoubleColumn.create("grey");
        for (String[] line : lines.subList(1, lines.size())) {
            for (int i = 1; i < line.length; i++) {
                backbone.append(lines.get(0)[i]);
                optimizer.append(line[0]);
                top1.append(Double.parseDouble(line[i].replace("!", "")));
                grey.append(line[i].endsWith("!") ? 1 : 0);
            }
        }
        return Table.create("bocb", backbone, optimizer, top1, grey);
    }

    @Test
    void publishedMatrixIsWhole() {
        Table table = published();
        assertEquals(400, table.rowCount());
        assertEquals(20, table.stringColumn("backbone").countUnique());
        assertEquals(20, table.stringColumn("optimizer").countUnique());
        assertEquals(50, table.doubleColumn("grey").sum());
    }

    /** Fact sheet, section 6.1: equation (1) does not give the paper's own marks. */
    @Test
    void paperRuleHits50WithTwoHundredAndEightFalseAlarms() {
        assertArrayEquals(new int[] {50, 208, 0}, score("fails_paper"));
    }

    @Test
    void practicalRuleHits49WithTwoFalseAlarms() {
        assertArrayEquals(new int[] {49, 2, 1}, score("fails_practical"));
    }

    /** Returns hits, false alarms, misses. */
    private static int[] score(String rule) {
        Table marked = Coupling.failures(published(), "top1", 3, 2);
        int[] out = new int[3];
        for (int i = 0; i < marked.rowCount(); i++) {
            boolean grey = marked.doubleColumn("grey").getDouble(i) == 1;
            boolean fails = marked.doubleColumn(rule).getDouble(i) == 1;
            out[0] += grey && fails ? 1 : 0;
            out[1] += !grey && fails ? 1 : 0;
            out[2] += grey && !fails ? 1 : 0;
        }
        return out;
    }

    /** Fact sheet, section 6.2: mean of 20 and range of 19. */
    @Test
    void spreadIsThePublishedOne() {
        Table spread = Coupling.spread(published(), "top1");
        Table swin = spread.where(spread.stringColumn("backbone").isEqualTo("Swin-T"));
        assertEquals(80.67, swin.doubleColumn("mean").getDouble(0), 0.005);
        assertEquals(83.47, swin.doubleColumn("best").getDouble(0), 1e-9);
        assertEquals(5.95, swin.doubleColumn("range_without_worst").getDouble(0), 0.005);
        assertEquals(83.47 - 75.83, swin.doubleColumn("range").getDouble(0), 1e-9);
    }

    @Test
    void thresholdsFollowTheirFormulas() {
        double[] results = {70, 72, 74, 76, 80};
        // quartiles 72 and 76
        assertEquals(80 - 3, Coupling.paperThreshold(results, 3), 1e-12);
        assertEquals(80 - 4, Coupling.paperThreshold(results, 10), 1e-12);
        assertEquals(74 - 2, Coupling.practicalThreshold(results, 2), 1e-12);
    }

    @Test
    void divergedPairFailsAndDoesNotShiftTheOthers() {
        Table table = Table.create(
                "t",
                StringColumn.create("backbone", "a", "a", "a", "a"),
                StringColumn.create("optimizer", "p", "q", "r", "s"),
                DoubleColumn.create("top1", 80, 79.5, Double.NaN, 79));
        Table marked = Coupling.failures(table, "top1", 3, 2);
        assertArrayEquals(
                new double[] {0, 0, 1, 0},
                marked.doubleColumn("fails_practical").asDoubleArray());
        assertEquals(List.of("", "", "▽", ""), marked.stringColumn("mark").asList());
        assertEquals(1, marked.doubleColumn("fails_paper").getDouble(2));
        assertEquals(1, Coupling.spread(table, "top1").doubleColumn("range").getDouble(0), 1e-12);
    }

    @Test
    void backboneWithoutAnyResultIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Coupling.practicalThreshold(new double[] {Double.NaN}, 2));
    }
}
