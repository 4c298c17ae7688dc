package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class CouplingCheckTest {
    /** Two rates of the first seed, the better one with three seeds; NaN has diverged. */
    private static Table trained(Map<String, Double> means, long run) {
        Table out = Table.create(
                "trial",
                StringColumn.create("backbone"),
                StringColumn.create("optimizer"),
                DoubleColumn.create("lr"),
                DoubleColumn.create("seed"),
                DoubleColumn.create("epochs"),
                DoubleColumn.create("train_images"),
                StringColumn.create("status"),
                DoubleColumn.create("val_top1"),
                DoubleColumn.create("test_top1"));
        RandomGenerator random = Seeds.stream(run, "trial");
        for (String optimizer : List.of("sgd", "lars", "lion", "adamw")) {
            for (int i = 0; i < 4; i++) {
                double mean = means.get(optimizer) - (i == 3 ? 20 : 0);
                double top1 = mean + 0.7 * random.nextGaussian();
                out.stringColumn("backbone").append("mine");
                out.stringColumn("optimizer").append(optimizer);
                out.doubleColumn("lr").append(i == 3 ? 0.01 : 0.1);
                out.doubleColumn("seed").append(i == 3 ? 0 : i);
                out.doubleColumn("epochs").append(4);
                out.doubleColumn("train_images").append(3000);
                out.stringColumn("status").append(Double.isNaN(top1) ? "DIVERGED" : "OK");
                out.doubleColumn("val_top1").append(top1);
                out.doubleColumn("test_top1").append(top1);
            }
        }
        return out;
    }

    private static Map<String, Double> means(double sgd, double lars, double lion, double adamw) {
        return Map.of("sgd", sgd, "lars", lars, "lion", lion, "adamw", adamw);
    }

    @Test
    void gapsBeyondTheMarginAreATie() {
        CouplingCheck check = CouplingCheck.of(trained(means(61, 44, 78, 79), 1));
        assertTrue(check.tied());
        assertTrue(check.answer().contains("with sgd and lars it falls more than 2 points behind"), check.answer());
        assertTrue(check.answer().contains("one size for every weight"), check.answer());
        assertTrue(check.answer().endsWith("4 epochs with 3000 images."), check.answer());
        Table evidence = check.evidence();
        assertEquals(4, evidence.rowCount());
        assertEquals("adamw", evidence.stringColumn("optimizer").get(0));
        assertEquals("lars", evidence.stringColumn("optimizer").get(3));
        assertEquals("falls behind", evidence.stringColumn("verdict").get(3));
        assertEquals(0.1, evidence.doubleColumn("lr").get(3));
        assertTrue(check.toString().startsWith(check.answer()));
        String other = CouplingCheck.of(trained(means(80, 79, 60, 61), 1)).answer();
        assertTrue(other.contains("steps that follow the gradient"), other);
    }

    /** Seeds that scatter by ten points prove nothing: the answer does not say that the optimizer keeps up. */
    @Test
    void whatIsOpenIsCalledSo() {
        Table rows = trained(means(62, 44, 79, 79), 1);
        for (int i = 0; i < 3; i++) {
            rows.doubleColumn("test_top1").set(i, 62 + 12 * (i - 1));
        }
        CouplingCheck check = CouplingCheck.of(rows);
        assertTrue(check.tied());
        assertTrue(check.answer().contains("with lars it falls more than 2 points behind"), check.answer());
        assertTrue(check.answer().contains("sgd") && check.answer().contains("that is open"), check.answer());
        assertFalse(check.answer().contains("one size for every weight"), "SGD is not shown to be behind");
    }

    @Test
    void divergedIsBehind() {
        CouplingCheck check = CouplingCheck.of(trained(means(Double.NaN, 79, 80, 80), 2));
        assertTrue(check.tied());
        assertTrue(check.answer().contains("with sgd it falls"), check.answer());
    }

    /** Equal optimizers: at most one table in twenty has a tie; four points of difference are seen. */
    @Test
    void tiesAreSeldomSeenWhereThereAreNone() {
        int wrong = 0;
        int seen = 0;
        for (int run = 0; run < 200; run++) {
            wrong += CouplingCheck.of(trained(means(80, 79, 79.5, 80), run)).tied() ? 1 : 0;
            seen += CouplingCheck.of(trained(means(73, 79, 79.5, 80), run)).tied() ? 1 : 0;
        }
        assertTrue(wrong <= 10, wrong + " of 200");
        assertTrue(seen >= 190, seen + " of 200");
        CouplingCheck check = CouplingCheck.of(trained(means(80, 79, 79.5, 80), 0));
        assertFalse(check.tied());
        assertTrue(check.answer().contains("mine is not shown to be tied: with none of"), check.answer());
        assertTrue(check.answer().contains("points or more are ruled out"), check.answer());
    }

    @Test
    void oneSeedShowsNothing() {
        Table all = trained(means(60, 79, 80, 80), 3);
        CouplingCheck check =
                CouplingCheck.of(all.where(all.doubleColumn("seed").isEqualTo(0)));
        assertFalse(check.tied());
        assertTrue(check.answer().contains("one seed shows nothing"), check.answer());
    }

    @Test
    void twoBackbonesAreRefused() {
        Table two = trained(means(1, 1, 1, 1), 0).append(trained(means(1, 1, 1, 1), 0));
        two.stringColumn("backbone").set(0, "other");
        String message = assertThrows(IllegalArgumentException.class, () -> CouplingCheck.of(two))
                .getMessage();
        assertTrue(message.contains("other") && message.contains("one backbone"), message);
    }
}
