package org.backbonelab.statistics;

import static org.backbonelab.statistics.SeededTable.minus;
import static org.backbonelab.statistics.SeededTable.plus;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.results.Row;
import org.backbonelab.results.Select;
import org.backbonelab.results.Tables;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Rows of a study in which trainings diverged, all the way to the verdicts: divergence is one fact. */
class DivergenceTest {
    private static Table best;
    private static Table means;

    /** Six optimizers with two seeds at two rates; of sgd both seeds diverge, of lars one, of lamb one, which had been low. */
    @BeforeAll
    static void select() {
        List<Row> rows = new ArrayList<>();
        Map<String, double[]> results = Map.of(
                "adamw", new double[] {80, 80.4},
                "lion", new double[] {79.6, 80.2},
                "adan", new double[] {80.1, 79.7},
                "sgd", new double[] {Double.NaN, Double.NaN},
                "lars", new double[] {80.2, Double.NaN},
                "lamb", new double[] {40, Double.NaN});
        for (String optimizer : List.of("adamw", "lion", "adan", "sgd", "lars", "lamb")) {
            for (int seed = 0; seed < 2; seed++) {
                rows.add(row(optimizer, 0.1, seed, results.get(optimizer)[seed]));
            }
            // A rate too high: it diverges with the first seed and never wins.
            rows.add(row(optimizer, 1, 0, Double.NaN));
            rows.add(row(optimizer, 1, 1, 10));
        }
        best = Select.best(Tables.of("rows", rows), "val_top1", "lr", "backbone", "optimizer");
        means = Select.mean(best, "test_top1", "backbone", "optimizer");
    }

    private static Row row(String optimizer, double lr, long seed, double top1) {
        Map<String, Object> axes = Map.of("backbone", "vit_micro", "optimizer", optimizer, "lr", lr, "seed", seed);
        Map<String, Double> metrics = new HashMap<>(Map.of("time_update", 1.0));
        if (!Double.isNaN(top1)) {
            metrics.put("val_top1", top1);
            metrics.put("test_top1", top1);
        }
        Row.Status status = Double.isNaN(top1) ? Row.Status.DIVERGED : Row.Status.OK;
        return new Row(optimizer + lr + seed, "{}", axes, status, metrics, Map.of(), Map.of(), 1);
    }

    private static Map<String, String> column(Table table, String name) {
        Map<String, String> out = new HashMap<>();
        table.forEach(row -> out.put(row.getString("optimizer"), row.getString(name)));
        return out;
    }

    @Test
    void whatDivergesNeverWinsAndHasNoMean() {
        assertEquals(0.1, best.doubleColumn("lr").max());
        assertEquals(
                List.of(0.0, 0.0, 0.0, 2.0, 1.0, 1.0),
                means.doubleColumn("diverged").asList());
        assertEquals(3, means.doubleColumn("test_top1").countMissing());
    }

    /** One seed of two is gone: what is left clears nobody, but may show that a pair falls behind. */
    @Test
    void verdictsTellAllFromSome() {
        Map<String, String> verdicts = column(Coupling.coupled(best, "test_top1"), "verdict");
        assertEquals(
                Map.of(
                        "adamw",
                        "not",
                        "lion",
                        "not",
                        "adan",
                        "not",
                        "sgd",
                        "diverged",
                        "lars",
                        "open",
                        "lamb",
                        "coupled"),
                verdicts);
    }

    @Test
    void divergedPairsFailByTheRulesAndRankBehindAll() {
        Table marked = Coupling.failures(means, "test_top1", 3, 2);
        assertEquals(
                Map.of("adamw", "★", "lion", "▲", "adan", "▲", "sgd", "✗", "lars", "✗", "lamb", "✗"),
                column(marked, "mark"));
        assertEquals(
                List.of("lars", "lamb", "sgd").stream().sorted().toList(),
                OptimizerRanking.flagged(marked).stream().sorted().toList());
        Table ranks = OptimizerRanking.performance(means, "test_top1");
        Map<String, Integer> places = new HashMap<>();
        ranks.forEach(row -> places.put(row.getString("optimizer"), (int) row.getDouble("performance")));
        assertEquals(Map.of("adamw", 1, "lion", 2, "adan", 2, "sgd", 4, "lars", 4, "lamb", 4), places);
    }

    @Test
    void comparisonsAndClaimsStayOpenOrSaySo() {
        assertEquals("open", Comparisons.of(best, "test_top1", "adamw", "lars").getString(0, "better"));
        SeededTable seeded = SeededTable.of(best, "test_top1", "backbone", "optimizer");
        StringColumn verdicts = new Claims()
                .add("a", "", "", seeded.pooled(plus("vit_micro", "adamw"), minus("vit_micro", "lamb")))
                .add("b", "", "", seeded.pooled(plus("vit_micro", "adamw"), minus("vit_micro", "sgd")))
                .table()
                .stringColumn("verdict");
        assertEquals(List.of("open", "diverged"), verdicts.asList());
    }

    @Test
    void rangesAndAdviceLeaveThemOut() {
        // Of 80.2, 79.9 and 79.9 without the worst.
        assertEquals(0.3, Spread.ranges(best, "test_top1").doubleColumn("range").getDouble(0), 1e-9);
        assertEquals(
                0.3,
                Spread.table(means, "test_top1")
                        .doubleColumn("range_without_worst")
                        .getDouble(0),
                1e-9);
        Table withDecay = best.copy();
        withDecay.addColumns(withDecay.doubleColumn("lr").multiply(0).setName("weight_decay"));
        StringColumn advice =
                Recommendation.of("vit_micro", 5, withDecay, "test_top1").stringColumn("optimizer");
        assertEquals("adamw", advice.get(0));
        for (String optimizer : List.of("sgd", "lars", "lamb")) {
            assertFalse(advice.contains(optimizer), optimizer);
        }
    }
}
