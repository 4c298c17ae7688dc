package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningTest {
    @TempDir
    Path folder;

    private RowStore store;

    @BeforeEach
    void open() {
        store = new RowStore(folder);
    }

    /** A network that is dead at a rate between two that diverge is no reason to stop: smaller rates train. */
    @Test
    void aRateAboveOneThatDivergedIsNotInside() {
        Study study = Study.of("grid", "synthetic")
                .backbones("resnet_micro")
                .optimizers("sgd")
                .tuneLr(1, 4, 16)
                .growLr(2)
                .seeds(0, 1);
        Map<Double, Double> top1 = Map.of(0.00625, 64.0, 0.025, 30.0, 0.1, Double.NaN, 0.4, 10.0, 1.6, Double.NaN);
        Results results = Studies.run(
                study,
                Studies.fake(cell -> top1.get(cell.recipe().optimization().lr())),
                store);
        assertEquals(List.of(0.00625, 0.025, 0.1, 0.4, 1.6), tried(results, "sgd"));
        assertTrue(results.rows().stream()
                .anyMatch(r ->
                        r.axes().get("seed").equals(1L) && r.axes().get("lr").equals(0.00625)));
    }

    /** The best rate of sgd is 0.025, two steps below its grid; that of adamw lies within; everything fails with lion. */
    @Test
    void gridsGrowWhereTheBestRateIsAtTheirEdge() {
        Study study = Study.of("grid", "synthetic")
                .backbones("resnet_micro")
                .optimizers("sgd", "adamw", "lion")
                .tuneLr(1, 4, 16)
                .growLr(3)
                .seeds(0, 1);
        Map<String, Double> best = Map.of("sgd", 0.025, "adamw", 2e-3);
        Results results = Studies.run(
                study,
                Studies.fake(cell -> {
                    Double wanted = best.get(cell.recipe().optimization().optimizer());
                    return wanted == null
                            ? 10
                            : 90
                                    - Math.abs(Math.log(
                                            cell.recipe().optimization().lr() / wanted));
                }),
                store);
        assertEquals(List.of(0.00625, 0.025, 0.1, 0.4, 1.6), tried(results, "sgd"));
        assertEquals(List.of(5e-4, 2e-3, 8e-3), tried(results, "adamw"));
        assertEquals(6, tried(results, "lion").size());
        List<Row> second = results.rows().stream()
                .filter(r -> r.axes().get("seed").equals(1L))
                .toList();
        assertEquals(3, second.size());
        assertTrue(second.stream().anyMatch(r -> r.axes().get("lr").equals(0.025)));
        Study.of("other", "synthetic").growLr(0);
        assertThrows(IllegalArgumentException.class, () -> Study.of("other", "synthetic")
                .growLr(-1));
    }

    @Test
    void ratesCanBeChosenByTheLoss() {
        Study study = Study.of("grid", "synthetic")
                .backbones("resnet_micro")
                .optimizers("sgd")
                .tuneLr(1, 2)
                .growLr(5)
                .tuneBy("val_loss")
                .seeds(0, 1);
        Results results = Studies.run(
                study,
                Studies.fake(c -> Math.abs(Math.log(c.recipe().optimization().lr() / 0.4))),
                store);
        assertEquals(List.of(0.1, 0.2, 0.4, 0.8), tried(results, "sgd"));
        assertTrue(results.rows().stream()
                .anyMatch(r ->
                        r.axes().get("seed").equals(1L) && r.axes().get("lr").equals(0.4)));
        String message = assertThrows(IllegalArgumentException.class, () -> study.tuneBy("test_loss"))
                .getMessage();
        assertTrue(message.contains("test_loss") && message.contains("val_loss"), message);
    }

    private static List<Object> tried(Results results, String optimizer) {
        return results.rows().stream()
                .filter(r -> r.axes().get("optimizer").equals(optimizer)
                        && r.axes().get("seed").equals(0L))
                .map(r -> r.axes().get("lr"))
                .sorted()
                .toList();
    }
}
