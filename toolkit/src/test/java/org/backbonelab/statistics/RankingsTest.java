package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.random.RandomGenerator;
import org.backbonelab.results.Goal;
import org.backbonelab.tensor.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Tuning budgets, times to a target and performance profiles: against {@code make_rankings.py}, and on simulated sets. */
class RankingsTest {
    private static final double EXACT = 1e-9;
    private static final Goal TOP1 = new Goal("val_top1");
    private static final JsonNode GOLDEN = golden();

    private static JsonNode golden() {
        try (InputStream in = RankingsTest.class.getResourceAsStream("/golden/rankings.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Table trials() {
        Table out = Table.create(
                "trials",
                StringColumn.create("backbone"),
                StringColumn.create("optimizer"),
                DoubleColumn.create("val_top1"),
                DoubleColumn.create("test_top1"));
        for (JsonNode pair : GOLDEN.path("trials")) {
            for (JsonNode trial : pair.path("trials")) {
                out.stringColumn(0).append(pair.path("backbone").asText());
                out.stringColumn(1).append(pair.path("optimizer").asText());
                boolean diverged = trial.get(0).isNull();
                out.doubleColumn(2).append(diverged ? Double.NaN : trial.get(0).asDouble());
                out.doubleColumn(3).append(diverged ? Double.NaN : trial.get(1).asDouble());
            }
        }
        return out;
    }

    private static Table curves() {
        Table out = Table.create(
                "curves",
                StringColumn.create("backbone"),
                StringColumn.create("optimizer"),
                DoubleColumn.create("seed"),
                DoubleColumn.create("index"),
                DoubleColumn.create("value"));
        for (JsonNode training : GOLDEN.path("curves")) {
            for (int i = 0; i < training.path("curve").size(); i++) {
                append(
                        out,
                        training.path("backbone").asText(),
                        training.path("optimizer").asText(),
                        training.path("seed").asDouble(),
                        i,
                        training.path("curve").get(i).asDouble());
            }
        }
        return out;
    }

    /** The trainings that curves are of. */
    private static Table rows(Table curves) {
        return curves.where(curves.doubleColumn("index").isEqualTo(0)).removeColumns("index", "value");
    }

    private static void append(Table out, String backbone, String optimizer, double... numbers) {
        out.stringColumn(0).append(backbone);
        out.stringColumn(1).append(optimizer);
        for (int i = 0; i < numbers.length; i++) {
            out.doubleColumn(i + 2).append(numbers[i]);
        }
    }

    @Test
    void budgetsAreTheMeanOverAllSubsets() {
        Table found = TuningBudget.curves(trials(), "val_top1", "test_top1", 10, 1, 2, 3, 4, 5, 6);
        int at = 0;
        for (JsonNode pair : GOLDEN.path("trials")) {
            for (int n = 1; n <= 5; n++, at++) {
                assertEquals(
                        pair.path("backbone").asText(), found.stringColumn(0).get(at));
                assertEquals(n, found.doubleColumn(2).get(at));
                assertEquals(
                        pair.path("expected").get(n - 1).asDouble(),
                        found.doubleColumn(3).get(at),
                        EXACT);
            }
        }
        assertEquals(at, found.rowCount(), "six trials are more than there are");
    }

    @Test
    void lowestLossIsBest() {
        double[] loss = {2, 1, Double.NaN};
        double[] top1 = {50, 70, Double.NaN};
        assertEquals(70, TuningBudget.expected(loss, top1, 10, new Goal("val_loss"), 3), EXACT);
        assertEquals((50 + 70 + 10) / 3.0, TuningBudget.expected(loss, top1, 10, new Goal("val_loss"), 1), EXACT);
        String message = assertThrows(
                        IllegalArgumentException.class, () -> TuningBudget.expected(loss, top1, 10, TOP1, 4))
                .getMessage();
        assertTrue(message.contains("4 trials of 3"), message);
    }

    @Test
    void profilesAndTimesAreThoseOfTheScript() {
        Table targets = TimeToTarget.targets(
                rows(curves()),
                curves(),
                GOLDEN.path("panel").get(0).asText(),
                GOLDEN.path("panel").get(1).asText());
        for (Row row : targets) {
            assertEquals(
                    GOLDEN.path("targets").path(row.getString("backbone")).asDouble(), row.getDouble("target"), EXACT);
        }
        Table times = TimeToTarget.of(rows(curves()), curves(), targets);
        int at = 0;
        for (JsonNode training : GOLDEN.path("curves")) {
            double expected = Double.parseDouble(training.path("evaluations").asText());
            assertEquals(expected, times.doubleColumn("evaluations").get(at++), EXACT);
        }
        Table scores = PerformanceProfile.of(times, "evaluations")
                .scores(GOLDEN.path("limit").asDouble(), 50, 0);
        for (Row row : scores) {
            double expected =
                    GOLDEN.path("scores").path(row.getString("optimizer")).asDouble();
            assertEquals(expected, row.getDouble("score"), EXACT);
            assertTrue(row.getDouble("lo") <= row.getDouble("hi"));
        }
        Table profiles = PerformanceProfile.of(times, "evaluations").at(1, 1e9);
        double first = 0;
        for (Row row : profiles.where(profiles.doubleColumn("ratio").isEqualTo(1))) {
            first += row.getDouble("share");
        }
        assertTrue(first >= 1, "on every backbone somebody is first");
    }

    @Test
    void curveWithAGapOrAnotherTrainingInItIsRefused() {
        Table twice = curves().append(curves());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> TimeToTarget.targets(rows(curves()), twice, "sgd"))
                .getMessage();
        assertTrue(message.contains("alpha sgd") && message.contains("expected each of 0 to"), message);
        String rows = assertThrows(
                        IllegalArgumentException.class, () -> TimeToTarget.targets(rows(twice), curves(), "sgd"))
                .getMessage();
        assertTrue(rows.contains("alpha sgd") && rows.contains("choose hyper-parameters"), rows);
    }

    @Test
    void whoDivergesReachesNothing() {
        Table curves = curves().emptyCopy();
        for (int i = 0; i < 4; i++) {
            append(curves, "b", "sgd", 0, i, 60 + 10 * i);
        }
        append(curves, "b", "adam", 0, 0, 80);
        Table rows = rows(curves);
        // It diverged before its first evaluation.
        append(rows, "b", "lion", 0);
        Table targets = TimeToTarget.targets(rows, curves, "adam", "sgd", "lion");
        assertEquals(90, targets.doubleColumn("target").get(0), "an early end sets no target");
        Table lost = TimeToTarget.targets(rows, curves, "adam", "lion");
        assertTrue(Double.isNaN(lost.doubleColumn("target").getDouble(0)));
        assertTrue(Double.isInfinite(
                TimeToTarget.of(rows, curves, lost).doubleColumn("evaluations").get(0)));
        Table times = TimeToTarget.of(rows, curves, targets);
        assertEquals(4, times.doubleColumn("evaluations").get(0));
        assertEquals("lion", times.stringColumn("optimizer").get(2));
        assertTrue(Double.isInfinite(times.doubleColumn("evaluations").get(2)));
    }

    /** Eight backbones, 24 optimizers, three seeds, a limit on training: intervals hold the score of the true medians. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.15})
    void intervalsOfScoresHoldTheTruth(double scatter) {
        RandomGenerator random = Seeds.stream(5, "profiles");
        double[][] truth = new double[8][24];
        for (double[] column : truth) {
            for (int o = 0; o < column.length; o++) {
                column[o] = random.nextDouble() < 0.15
                        ? Double.POSITIVE_INFINITY
                        : Math.exp(0.4 * random.nextGaussian() + 0.1 * (o % 7 - 3));
            }
        }
        Table exact = PerformanceProfile.of(costs(truth, 0, random, 1), "cost").scores(4, 1, 0);
        double inside = 0;
        int sets = 100;
        for (int set = 0; set < sets; set++) {
            Table found = PerformanceProfile.of(costs(truth, scatter, random, 3), "cost")
                    .scores(4, 200, set);
            for (Row row : exact) {
                Table own = found.where(found.stringColumn("optimizer").isEqualTo(row.getString("optimizer")));
                double score = row.getDouble("score");
                inside += own.doubleColumn("lo").get(0) <= score + EXACT
                                && score <= own.doubleColumn("hi").get(0) + EXACT
                        ? 1
                        : 0;
            }
        }
        double share = 100 * inside / (24.0 * sets);
        assertTrue(share >= 92 && share <= 97.5, share + " of 100 intervals hold the truth");
    }

    private static Table costs(double[][] truth, double scatter, RandomGenerator random, int seeds) {
        Table out = Table.create(
                "costs",
                StringColumn.create("backbone"),
                StringColumn.create("optimizer"),
                DoubleColumn.create("cost"));
        double longest = Math.exp(0.5);
        for (int b = 0; b < truth.length; b++) {
            for (int o = 0; o < truth[b].length; o++) {
                for (int s = 0; s < seeds; s++) {
                    double cost = truth[b][o] * Math.exp(scatter * random.nextGaussian());
                    append(out, "b" + b, "o" + o, cost > longest ? Double.POSITIVE_INFINITY : cost);
                }
            }
        }
        return out;
    }

    /** Gaps of optimizers scatter over backbones; the backbones at hand are a sample. */
    @Test
    void intervalsOfBudgetsHoldTheTruth() {
        RandomGenerator random = Seeds.stream(6, "budgets");
        int inside = 0;
        int all = 0;
        for (int set = 0; set < 300; set++) {
            Table curves = Table.create(
                    "curves",
                    StringColumn.create("backbone"),
                    StringColumn.create("optimizer"),
                    DoubleColumn.create("trials"),
                    DoubleColumn.create("test_top1"));
            for (int b = 0; b < 8; b++) {
                double level = 70 + 5 * random.nextGaussian();
                for (int o = 0; o < 21; o++) {
                    // The middle one is far from its neighbours, so that it is the median of every backbone.
                    double own = o == 10 ? 0 : 6 * Math.signum(o - 10) + 0.2 * (o - 10);
                    append(curves, "b" + b, "o" + o, 1, level + own + (o == 10 ? 0 : random.nextGaussian()));
                }
            }
            for (Row row : TuningBudget.ranking(curves, "test_top1")) {
                int o = Integer.parseInt(row.getString("optimizer").substring(1));
                if (o != 10) {
                    double own = 6 * Math.signum(o - 10) + 0.2 * (o - 10);
                    inside += row.getDouble("lo") <= own && own <= row.getDouble("hi") ? 1 : 0;
                    all++;
                }
            }
        }
        double share = 100.0 * inside / all;
        assertTrue(share >= 92 && share <= 97, share + " of 100 intervals hold the truth");
    }

    @Test
    void agreementIsBesideChance() {
        List<String> all = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        Agreement found = Agreement.of(all, List.of("a", "b", "c", "x"), List.of("a", "b", "d"));
        assertEquals(new Agreement(10, 3, 3, 2), found);
        assertEquals(0.9, found.expected(), EXACT);
        // (3 choose 2)(7 choose 1) + (3 choose 3) of (10 choose 3).
        assertEquals(22 / 120.0, found.p(), EXACT);
        assertEquals("2 of 3 and of 3 are shared; by chance 0.9 of 10 would be (p = 0.18)", found.toString());
        assertEquals(1, new Agreement(0, 0, 0, 0).p());
    }
}
