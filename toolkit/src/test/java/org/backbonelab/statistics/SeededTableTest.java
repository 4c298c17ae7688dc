package org.backbonelab.statistics;

import static org.backbonelab.statistics.SeededTable.minus;
import static org.backbonelab.statistics.SeededTable.plus;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class SeededTableTest {
    /** Two networks with and without something, three seeds. */
    private static Table rows(double... results) {
        int n = results.length;
        return Table.create(
                "rows",
                StringColumn.create("network", IntStream.range(0, n).mapToObj(i -> i < 6 ? "v1" : "v2")),
                DoubleColumn.create("rho", IntStream.range(0, n).mapToDouble(i -> i / 3 % 2 == 0 ? 0 : 0.05)),
                DoubleColumn.create("seed", IntStream.range(0, n).mapToDouble(i -> i % 3)),
                DoubleColumn.create("top1", results));
    }

    private static final double[] RESULTS = {70, 71, 72, 80, 82, 84, 75, 76, 77, 80, 81, 82};

    @Test
    void pairsAreComparedSeedBySeed() {
        Contrast gain =
                SeededTable.of(rows(RESULTS), "top1", "network", "rho").paired(plus("v1", "0.05"), minus("v1", "0"));
        // Differences 10, 11, 12; deviation 1, t(0.975, 2) = 4.302653
        assertEquals(11, gain.estimate(), 1e-12);
        assertEquals(4.302653 / Math.sqrt(3), gain.hi() - 11, 1e-5);
        assertEquals(3, gain.seeds());
    }

    /** Variances 1, 4, 1, 1 of two pools: more even than chance has it, so each pool has one variance. */
    @Test
    void aPoolSharesItsVariance() {
        Contrast gain =
                SeededTable.of(rows(RESULTS), "top1", "network", "rho").pooled(plus("v1", "0.05"), minus("v1", "0"));
        assertEquals(11, gain.estimate(), 1e-12);
        assertEquals(Math.sqrt(2.5 * 2 / 3), gain.error(), 1e-12);
        assertEquals(4, gain.freedom(), 1e-12);
    }

    @Test
    void anInteractionIsADifferenceOfDifferences() {
        SeededTable table = SeededTable.of(rows(RESULTS), "top1", "network", "rho");
        Contrast interaction = table.paired(plus("v2", "0.05"), minus("v2", "0"), minus("v1", "0.05"), plus("v1", "0"));
        assertEquals(5 - 11, interaction.estimate(), 1e-12);
        // -5, -6, -7
        assertEquals(1 / Math.sqrt(3), interaction.error(), 1e-12);
    }

    @Test
    void ratiosAreComparedOnALogarithmicScale() {
        Table rows = rows(1, 2, 4, 10, 20, 40);
        Contrast ratio =
                SeededTable.ofRatios(rows, "top1", "network", "rho").pooled(plus("v1", "0.05"), minus("v1", "0"));
        assertEquals(10, ratio.value(), 1e-9);
        assertEquals(ratio.value() / ratio.lo(), ratio.hi() / ratio.value(), 1e-9);
        assertTrue(ratio.lo() > 0);
    }

    /** With one column no group is nearer than another: all share their scatter. */
    @Test
    void groupsOfOneColumnAreOnePool() {
        Table rows = rows(RESULTS);
        assertEquals(1, SeededTable.of(rows, "top1", "rho").pools.size());
        assertEquals(2, SeededTable.of(rows, "top1", "network", "rho").pools.size());
    }

    @Test
    void whatDivergedIsCountedAndEntersNoMean() {
        double[] results = RESULTS.clone();
        results[3] = Double.NaN;
        SeededTable table = SeededTable.of(rows(results), "top1", "network", "rho");
        Contrast gain = table.pooled(plus("v1", "0.05"), minus("v1", "0"));
        assertEquals(83 - 71, gain.estimate(), 1e-12);
        assertEquals(2, gain.seeds());
        assertEquals(1, gain.diverged());
        assertEquals(2, table.paired(plus("v1", "0.05"), minus("v1", "0")).seeds());
        assertEquals(0, table.pooled(plus("v2", "0.05"), minus("v2", "0")).diverged());
    }

    @Test
    void mistakesAreNamed() {
        SeededTable table = SeededTable.of(rows(RESULTS), "top1", "network", "rho");
        var unknown = assertThrows(IllegalArgumentException.class, () -> table.pooled(plus("v3", "0")));
        assertTrue(unknown.getMessage().contains("\"v3 0\""), unknown.getMessage());
        SeededTable twice = SeededTable.of(rows(RESULTS), "top1", "network");
        assertThrows(IllegalArgumentException.class, () -> twice.paired(plus("v1"), minus("v2")));
        Table fine = rows(1, 2, Double.NaN);
        fine.addColumns(StringColumn.create("status", "OK", "OK", "OK"));
        var missing =
                assertThrows(IllegalArgumentException.class, () -> SeededTable.of(fine, "top1", "network", "rho"));
        assertTrue(missing.getMessage().contains("no top1, though its status is OK"), missing.getMessage());
    }
}
