package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class RankCorrelationTest {
    private static Table correlate(double[] x, double... y) {
        String[] group = new String[x.length];
        Arrays.fill(group, "g");
        Table rows = Table.create(
                "rows", StringColumn.create("group", group), DoubleColumn.create("x", x), DoubleColumn.create("y", y));
        return RankCorrelation.table(rows, "group", "x", "y");
    }

    private static double number(Table table, String column) {
        return table.doubleColumn(column).getDouble(0);
    }

    /** rho of SciPy's spearmanr; the interval from the formula by hand. */
    @Test
    void equalsAnotherImplementation() {
        Table table = correlate(new double[] {1, 2, 3, 4, 5}, 5, 6, 7, 8, 7);
        assertEquals(0.8207826816681233, number(table, "rho"), 1e-12);
        assertEquals(-0.41629081750673824, number(table, "lo"), 1e-9);
        assertEquals(0.9920459711149154, number(table, "hi"), 1e-9);
    }

    @Test
    void onlyTheOrderCounts() {
        assertEquals(1, number(correlate(new double[] {1, 2, 3, 4}, 1, 10, 100, 1000), "rho"));
        assertEquals(-1, number(correlate(new double[] {1, 2, 3, 4}, 0, -5, -6, -90), "rho"));
        assertEquals(Double.NaN, number(correlate(new double[] {1, 2, 3, 4}, 1, 10, 100, 1000), "lo"));
    }

    @Test
    void divergedMembersAreLeftOut() {
        Table table = correlate(new double[] {1, 2, Double.NaN, 3, 4, 5}, 5, 6, 0, 7, 8, 7);
        assertEquals(5, number(table, "n"));
        assertEquals(0.8207826816681233, number(table, "rho"), 1e-12);
    }

    @Test
    void tooFewOrAllEqualGiveNaN() {
        assertEquals(Double.NaN, number(correlate(new double[] {1, 2, 3}, 1, 2, 3), "rho"));
        Table equal = correlate(new double[] {1, 2, 3, 4}, 7, 7, 7, 7);
        assertEquals(Double.NaN, number(equal, "rho"));
        assertEquals(Double.NaN, number(equal, "lo"));
    }

    /** What the paper leaves open: ranks on CIFAR-100 against those on ImageNet. */
    @Test
    void publishedRanksOfTheVitCarryOverToImageNetThoseOfTheResNetMayNot() {
        Table table = RankCorrelation.between(
                PublishedBocb.cifar100(), "test_top1", PublishedBocb.imageNet(), "test_top1", "backbone", "optimizer");
        assertEquals(List.of("R-50", "DeiT-S"), table.stringColumn("backbone").asList());
        assertTrue(number(table, "lo") < 0 && number(table, "hi") > 0);
        assertTrue(table.doubleColumn("lo").getDouble(1) > 0);
    }

    @Test
    void twoRowsOfOneMemberAreRefused() {
        Table twice = PublishedBocb.imageNet().append(PublishedBocb.imageNet());
        assertThrows(
                IllegalArgumentException.class,
                () -> RankCorrelation.between(twice, "test_top1", twice, "test_top1", "backbone", "optimizer"));
    }
}
