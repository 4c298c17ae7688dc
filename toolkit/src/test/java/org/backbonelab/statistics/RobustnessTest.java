package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class RobustnessTest {
    private static Table tuned(double... lr) {
        String[] backbones = new String[lr.length];
        String[] optimizers = new String[lr.length];
        double[] decay = new double[lr.length];
        for (int i = 0; i < lr.length; i++) {
            backbones[i] = "b" + i;
            optimizers[i] = "sgd";
            decay[i] = i == 0 ? 1e-4 : 0;
        }
        return Table.create(
                "tuned",
                StringColumn.create("backbone", backbones),
                StringColumn.create("optimizer", optimizers),
                DoubleColumn.create("lr", lr),
                DoubleColumn.create("weight_decay", decay));
    }

    @Test
    void stepsAreCountedOnTheGrid() {
        Table distances = Robustness.distances(tuned(0.5, 0.1, 0.1, 2));
        assertArrayEquals(
                new double[] {1, 0, 0, 2}, distances.doubleColumn("lr_steps").asDoubleArray());
        assertArrayEquals(
                new double[] {2, 0, 0, 2}, distances.doubleColumn("distance").asDoubleArray());
    }

    @Test
    void valuesTriedInVainMakeStepsToo() {
        Table distances = Robustness.distances(tuned(0.1, 0.1, 2), tuned(0.1, 0.2, 0.5, 1, 2));
        assertArrayEquals(
                new double[] {0, 0, 4}, distances.doubleColumn("lr_steps").asDoubleArray());
        var missing =
                assertThrows(IllegalArgumentException.class, () -> Robustness.distances(tuned(0.3), tuned(0.1, 0.2)));
        assertTrue(missing.getMessage().contains("0.3 of sgd"), missing.getMessage());
    }

    @Test
    void seedsOfAPairCountOnce() {
        Table twice = tuned(0.5, 0.1).append(tuned(0.5, 0.1));
        assertEquals(2, Robustness.distances(twice).rowCount());
    }

    @Test
    void tiesOfTheModeGoToTheMiddle() {
        assertEquals(3, Robustness.mode(0, 0, 3, 3, 4));
        assertEquals(0, Robustness.mode(0, 0, 4, 4));
    }

    /** The paper's figures 4 and 5, as far as unpublished grids allow: the tame and the fussy ones. */
    @Test
    void publishedValuesTellTheTameFromTheFussy() {
        Table distances = Robustness.distances(PublishedBocb.tuned());
        assertEquals(320, distances.rowCount());
        var optimizers = GroupBy.values(Robustness.summary(distances, "optimizer"), "optimizer", "mean");
        for (String tame : new String[] {"adamw", "lamb", "rmsprop"}) {
            assertTrue(optimizers.get(tame)[0] < 1.3, tame + " " + optimizers.get(tame)[0]);
        }
        for (String fussy : new String[] {"lars", "adabound"}) {
            assertTrue(optimizers.get(fussy)[0] > 2, fussy + " " + optimizers.get(fussy)[0]);
        }
        var medians = GroupBy.values(Robustness.summary(distances, "backbone"), "backbone", "median");
        assertTrue(medians.get("R-50")[0] <= 1, "R-50 " + medians.get("R-50")[0]);
        assertTrue(medians.get("CNX-T")[0] >= 2, "CNX-T " + medians.get("CNX-T")[0]);
    }
}
