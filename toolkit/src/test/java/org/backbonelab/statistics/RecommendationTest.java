package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class RecommendationTest {
    @Test
    void publishedOptimizersComeInOrderAtTheirRates() {
        Table three = Recommendation.of("convnext_micro", 3);
        assertEquals(
                List.of("adan", "adamp", "lamb"),
                three.stringColumn("optimizer").asList());
        assertEquals(List.of(5e-3, 5e-3, 5e-3), three.doubleColumn("lr").asList());
        assertEquals(
                List.of(0.05, 0.02, 0.05), three.doubleColumn("weight_decay").asList());
        assertEquals(
                List.of(
                        "published CNX-T: 84.65, best; rate tuned for CNX-T",
                        "published CNX-T: 84.47, 0.18 below the best; rate tuned for CNX-T",
                        "published CNX-T: 84.13, 0.52 below the best; rate tuned for CNX-T"),
                three.stringColumn("evidence").asList());
    }

    @Test
    void aLargerBudgetVariesTheRate() {
        Table nine = Recommendation.of("CNX-T", 9);
        assertEquals(9, nine.rowCount());
        assertEquals(3, nine.stringColumn("optimizer").countUnique());
        assertEquals(2e-2, nine.doubleColumn("lr").getDouble(3));
        assertEquals(2e-3, nine.doubleColumn("lr").getDouble(6));
        assertTrue(nine.stringColumn("evidence").get(6).endsWith("one step below that rate"));
        // No higher rate of LAMB ever won.
        assertEquals(1e-2, nine.doubleColumn("lr").getDouble(5));
        assertEquals(8, Recommendation.of("CNX-T", 8).rowCount());
        assertEquals(4, Recommendation.of("CNX-T", 11).stringColumn("optimizer").countUnique());
    }

    @Test
    void whatFailedIsNotRecommendedAndNothingTwice() {
        for (String backbone : Backbones.names("bocb")) {
            Table all = Recommendation.of(backbone, 60);
            Set<List<Object>> seen = new HashSet<>();
            for (Row row : all) {
                assertTrue(seen.add(List.of(row.getString("optimizer"), row.getDouble("lr"))), row.toString());
                assertTrue(row.getDouble("lr") > 0);
                Optimizers.get(row.getString("optimizer"));
            }
            assertTrue(all.rowCount() >= 36, backbone + " " + all.rowCount());
        }
        assertFalse(Recommendation.of("DeiT-S", 60).stringColumn("optimizer").contains("sgd"));
        // The rates are those of the authors' AdaFactor, which has no relative step.
        assertTrue(Recommendation.of("DeiT-S", 60).stringColumn("optimizer").contains("adafactor_bocb"));
    }

    @Test
    void unpublishedRatesHaveAStandInThatIsNamed() {
        Table table = Recommendation.of("caformer_micro", 1);
        assertEquals(
                "published CAF-12: 84.89, best; rate tuned for CF-12",
                table.stringColumn("evidence").get(0));
        assertEquals(
                "published R-50: 80.53, best; rate tuned for R-101",
                Recommendation.of("R-101", 1).getString(0, "evidence"));
    }

    private static Table own() {
        return Table.create(
                "own",
                StringColumn.create(
                        "backbone", "vit_micro", "vit_micro", "vit_micro", "vit_micro", "vit_micro", "vit_micro"),
                StringColumn.create("optimizer", "lion", "lion", "adan", "adan", "sgd", "sgd"),
                DoubleColumn.create("lr", 2e-4, 2e-4, 1e-2, 1e-2, 0.1, 0.1),
                DoubleColumn.create("weight_decay", 0, 0, 0.05, 0.05, 1e-4, 1e-4),
                DoubleColumn.create("top1", 84.0, 84.4, 50.0, 50.3, 84.1, 83.7));
    }

    @Test
    void ownResultsComeFirstAndRuleOut() {
        Table table = Recommendation.of("vit_small_patch16", 3, own(), "top1");
        assertEquals(
                List.of("lion", "sgd", "lamb"), table.stringColumn("optimizer").asList());
        assertEquals(2e-4, table.doubleColumn("lr").getDouble(0));
        assertEquals(
                "own vit_micro: 84.20, best (seeds: 2)",
                table.stringColumn("evidence").get(0));
        assertEquals(
                "own vit_micro: 83.90, not shown to be below the best (seeds: 2)",
                table.stringColumn("evidence").get(1));
        assertTrue(table.stringColumn("evidence").get(2).startsWith("published DeiT-S: 75.39"));
        Table other = Recommendation.of("resnet_micro", 1, own(), "top1");
        assertTrue(other.stringColumn("evidence").get(0).startsWith("published R-50"));
    }

    /** One seed of two is no proof that an optimizer is worse, but who asks wants one that trains. */
    @Test
    void whatDivergedOnceIsNotRecommended() {
        Table rows = own();
        rows.doubleColumn("top1").set(5, Double.NaN);
        assertEquals(
                List.of("lion", "lamb"),
                Recommendation.of("vit_micro", 2, rows, "top1")
                        .stringColumn("optimizer")
                        .asList());
    }

    @Test
    void mistakesAreNamed() {
        var none = assertThrows(IllegalArgumentException.class, () -> Recommendation.of("CNX-T", 0));
        assertTrue(none.getMessage().contains("budget is 0"));
        assertThrows(IllegalArgumentException.class, () -> Recommendation.of("lenet", 1));
    }
}
