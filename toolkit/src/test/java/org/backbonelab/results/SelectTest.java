package org.backbonelab.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.backbonelab.testing.Rows;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class SelectTest {
    @Test
    void bestKeepsAllSeedsOfTheBestMeanOfEachGroup() {
        Table rows = Tables.of(
                "t",
                List.of(
                        Rows.of(1, "a", 0.1, 0, 60),
                        Rows.of(2, "a", 0.1, 1, 62),
                        Rows.of(3, "a", 0.2, 0, 90),
                        Rows.of(4, "a", 0.2, 1, 10),
                        Rows.of(5, "b", 0.1, 0, 30),
                        Rows.of(6, "b", 0.2, 0, 40)));
        Table best = Select.best(rows, "val_top1", "lr", "backbone");
        assertArrayEquals(
                new double[] {60, 62, 40}, best.doubleColumn("val_top1").asDoubleArray());
    }

    @Test
    void aLuckySeedDoesNotBeatTheMeanOfAllSeeds() {
        Table rows = Tables.of(
                "t",
                List.of(
                        Rows.of(1, "a", 0.1, 0, 64),
                        Rows.of(2, "a", 0.2, 0, 65),
                        Rows.of(3, "a", 0.2, 1, 60),
                        Rows.of(4, "a", 0.2, 2, 61)));
        Table best = Select.best(rows, "val_top1", "lr", "backbone");
        assertArrayEquals(
                new double[] {65, 60, 61}, best.doubleColumn("val_top1").asDoubleArray());
    }

    @Test
    void ofALossTheLowestIsBest() {
        Table rows = Tables.of(
                "t",
                List.of(Rows.of(1, "a", 0.1, 0, 60), Rows.of(2, "a", 0.2, 0, 65), Rows.of(3, "a", 0.3, 0, Double.NaN)));
        Table best = Select.best(rows, "test_loss", "lr", "backbone");
        assertArrayEquals(new double[] {0.2}, best.doubleColumn("lr").asDoubleArray());
    }

    @Test
    void notANumberNeverWins() {
        Table rows = Tables.of(
                "t",
                List.of(
                        Rows.of(1, "a", 0.1, 0, Double.NaN),
                        Rows.of(2, "a", 0.2, 0, 10),
                        Rows.of(3, "a", 0.3, 0, Double.NaN),
                        Rows.of(4, "b", 0.3, 0, Double.NaN)));
        Table best = Select.best(rows, "val_top1", "lr", "backbone");
        assertArrayEquals(new double[] {0.2, 0.3}, best.doubleColumn("lr").asDoubleArray());
    }

    @Test
    void meanHasStudentsInterval() {
        Table rows = Tables.of(
                "t",
                List.of(
                        Rows.of(1, "a", 0.1, 0, 60),
                        Rows.of(2, "a", 0.1, 1, 62),
                        Rows.of(3, "a", 0.1, 2, 64),
                        Rows.of(4, "b", 0.1, 0, 30)));
        Table mean = Select.mean(rows, "val_top1", "backbone");
        assertEquals(List.of("a", "b"), mean.stringColumn("backbone").asList());
        assertEquals(62, mean.doubleColumn("val_top1").getDouble(0), 1e-9);
        // t(0.975, 2) = 4.302653, deviation 2, three seeds
        assertEquals(4.302653 * 2 / Math.sqrt(3), mean.doubleColumn("hi").getDouble(0) - 62, 1e-5);
        assertEquals(4.302653 * 2 / Math.sqrt(3), 62 - mean.doubleColumn("lo").getDouble(0), 1e-5);
        assertTrue(Double.isNaN(mean.doubleColumn("lo").getDouble(1)), "one seed has no interval");
        assertArrayEquals(new double[] {3, 1}, mean.doubleColumn("n").asDoubleArray());
    }

    /** The seed that happened not to diverge is no mean of both. */
    @Test
    void whatDivergedOnceHasNoMeanAndIsCounted() {
        Table rows = Tables.of(
                "t",
                List.of(Rows.of(1, "a", 0.1, 0, 60), Rows.of(2, "a", 0.1, 1, Double.NaN), Rows.of(3, "b", 0.1, 0, 30)));
        Table mean = Select.mean(rows, "val_top1", "backbone");
        assertArrayEquals(
                new double[] {Double.NaN, 30}, mean.doubleColumn("val_top1").asDoubleArray());
        assertArrayEquals(new double[] {1, 0}, mean.doubleColumn("diverged").asDoubleArray());
        assertTrue(Double.isNaN(mean.doubleColumn("lo").getDouble(0)));
    }

    @Test
    void frontierHoldsNewMinima() {
        Table points = Table.create(
                "t",
                DoubleColumn.create("x", 3, 1, 2, 4, 5, 2, 6, 7),
                DoubleColumn.create("y", 6, 9, 8, 7, 5, 7, Double.NaN, 5));
        Table frontier = Select.frontier(points, "x", "y");
        assertArrayEquals(new double[] {1, 2, 3, 5}, frontier.doubleColumn("x").asDoubleArray());
        assertArrayEquals(new double[] {9, 7, 6, 5}, frontier.doubleColumn("y").asDoubleArray());
    }

    @Test
    void whereMatchesTextAndNumbersAndSortsBySeed() {
        Table rows = Tables.of(
                "t",
                List.of(
                        Rows.of(1, "a", 0.1, 1, 61),
                        Rows.of(2, "a", 0.1, 0, 60),
                        Rows.of(3, "a", 0.2, 0, 70),
                        Rows.of(4, "b", 0.1, 0, 80)));
        Table found = Select.where(rows, "backbone", "a", "lr", "0.10");
        assertArrayEquals(new double[] {60, 61}, found.doubleColumn("val_top1").asDoubleArray());
        Table means = rows.copy().removeColumns("seed");
        Table other = Select.where(means, "backbone", "a", "lr", "0.10");
        assertArrayEquals(new double[] {61, 60}, other.doubleColumn("val_top1").asDoubleArray());
    }
}
