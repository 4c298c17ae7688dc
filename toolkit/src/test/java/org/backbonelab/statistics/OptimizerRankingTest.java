package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hipparchus.stat.StatUtils;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class OptimizerRankingTest {
    private static Map<String, Double> column(Table table, String name) {
        return GroupBy.values(table, "optimizer", name).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue()[0]));
    }

    /** All twenty: equal scores share a rank here, and the paper puts the first of each pair first. */
    @Test
    void publishedOverallRanksFollowFromTheFourColumns() {
        Map<String, Double> ours =
                column(OptimizerRanking.overall(PublishedBocb.ranks().removeColumns("overall")), "overall");
        Map<String, Double> theirs = column(PublishedBocb.ranks(), "overall");
        List<List<String>> ties =
                List.of(List.of("adan", "adamp"), List.of("adabelief", "adafactor"), List.of("adam", "nadam"));
        for (List<String> tie : ties) {
            assertEquals(ours.get(tie.get(0)), ours.get(tie.get(1)), tie.toString());
            ours.merge(tie.get(1), 1.0, Double::sum);
        }
        assertEquals(theirs, ours);
    }

    /** The published order is that of the mean accuracies, but among neighbours whose means lie within 0.14. */
    @Test
    void performanceRanksFollowFromTheMatrix() {
        Table matrix = PublishedBocb.cifar100();
        Map<String, Double> ours = column(OptimizerRanking.performance(matrix, "test_top1"), "performance");
        Map<String, Double> theirs = column(PublishedBocb.ranks(), "performance");
        Map<String, double[]> results = GroupBy.values(matrix, "optimizer", "test_top1");
        Set<String> differ = new TreeSet<>();
        for (String a : ours.keySet()) {
            for (String b : ours.keySet()) {
                if (ours.get(a) < ours.get(b) && theirs.get(a) > theirs.get(b)) {
                    assertEquals(StatUtils.mean(results.get(a)), StatUtils.mean(results.get(b)), 0.14, a + " " + b);
                    differ.addAll(List.of(a, b));
                }
            }
        }
        assertEquals(
                Set.of(
                        "sophia",
                        "adafactor",
                        "adamax",
                        "lion",
                        "radam",
                        "nadam",
                        "adam",
                        "adabound",
                        "novograd",
                        "adadelta",
                        "sgdp"),
                differ);
        assertEquals(1, ours.get("adan"));
        assertEquals(20, ours.get("adagrad"));
    }

    @Test
    void flagsFollowFromTheMarksOfThreeTables() {
        Set<String> published = column(PublishedBocb.ranks(), "bocb").entrySet().stream()
                .filter(e -> e.getValue() == 1)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertEquals(
                published,
                OptimizerRanking.flagged(PublishedBocb.cifar100(), PublishedBocb.imageNet(), PublishedBocb.coco()));
    }

    private static Table marked() {
        return Table.create(
                "own",
                StringColumn.create("backbone", "r", "v", "r", "v", "r", "v"),
                StringColumn.create("optimizer", "sgd", "sgd", "adamw", "adamw", "lion", "lion"),
                DoubleColumn.create("top1", 80, 60, 78, 78, 77, Double.NaN),
                StringColumn.create("mark", "", "▽", "", "", "", "✗"));
    }

    private static Table by(String column, double... values) {
        return Table.create(
                column, StringColumn.create("optimizer", "sgd", "adamw", "lion"), DoubleColumn.create(column, values));
    }

    @Test
    void ownRowsAreRankedByTheSameFormula() {
        Table ranking = OptimizerRanking.of(marked(), "top1", by("distance", 2, 0, 0), by("cost", 10, 12, 11));
        assertEquals(Map.of("sgd", 2.0, "adamw", 1.0, "lion", 3.0), column(ranking, "performance"));
        assertEquals(Map.of("sgd", 2.0, "adamw", 1.0, "lion", 1.0), column(ranking, "hyper_parameters"));
        assertEquals(Map.of("sgd", 1.0, "adamw", 0.0, "lion", 1.0), column(ranking, "bocb"));
        assertEquals(Map.of("sgd", 1.0, "adamw", 3.0, "lion", 2.0), column(ranking, "computation"));
        assertEquals(Map.of("sgd", 1.6, "adamw", 1.2, "lion", 2.0), column(ranking, "score"));
        assertEquals(Map.of("sgd", 2.0, "adamw", 1.0, "lion", 3.0), column(ranking, "overall"));
        Table parts = OptimizerRanking.contributions(ranking);
        assertEquals(12, parts.rowCount());
        assertEquals(1.2 + 1.6 + 2.0, parts.doubleColumn("points").sum(), 1e-9);
        assertEquals("adamw", parts.stringColumn("optimizer").get(0));
    }

    @Test
    void aMissingCostIsNamed() {
        Table few = by("cost", 1, 2, 3).first(2);
        var missing = assertThrows(
                IllegalArgumentException.class,
                () -> OptimizerRanking.of(marked(), "top1", by("distance", 0, 0, 0), few));
        assertTrue(missing.getMessage().contains("\"lion\"")
                && missing.getMessage().contains("costs"));
    }
}
