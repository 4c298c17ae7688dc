package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.results.Select;
import org.backbonelab.results.Tables;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class RunnerTest {
    @TempDir
    Path folder;

    private RowStore store(String name) {
        return new RowStore(folder.resolve(name));
    }

    private static Study study() {
        return Studies.small("resnet_micro", "convnext_micro")
                .optimizers("sgd", "lion")
                .seeds(0, 1);
    }

    @Test
    void sameStudyTwiceGivesTheSameRowsBitForBit() {
        Runner serial = Runners.serial(List.of());
        List<Row> first = Studies.run(study(), serial, store("a")).rows();
        List<Row> second = Studies.run(study(), serial, store("b")).rows();
        assertEquals(8, first.size());
        assertEquals(Studies.outcomes(first), Studies.outcomes(second));
        assertEquals(8, Studies.outcomes(first).values().stream().distinct().count(), "cells do not depend on axes");
    }

    @Test
    void twoStudiesTogetherHaveEveryCellOnce() {
        Runner serial = Runners.serial(List.of());
        RowStore store = store("both");
        Results some = Studies.run(study().optimizers("sgd"), serial, store);
        Results all = Studies.run(study(), serial, store);
        Results both = some.and(all);
        assertEquals(8, both.rows().size());
        assertEquals(some.rows(), both.rows().subList(0, some.rows().size()));
    }

    /** The bar of issue 2: the CSV equals that of an unbroken run, wall time aside. */
    @Test
    void brokenStudyResumesToTheTableOfAnUnbrokenOne() {
        Runner serial = Runners.serial(List.of());
        RowStore store = store("broken");
        for (int after : new int[] {1, 2}) {
            assertThrows(
                    IllegalStateException.class, () -> Studies.run(study(), Studies.breaking(serial, after), store));
        }
        assertEquals(3, store.all().size());
        Results resumed = Studies.run(study(), serial, store);
        Results unbroken = Studies.run(study(), serial, store("whole"));
        assertEquals(csv(unbroken), csv(resumed));
    }

    private static String csv(Results results) {
        java.io.StringWriter out = new java.io.StringWriter();
        Table table = Tables.of("t", results.rows()).removeColumns("seconds");
        String[] times = table.columnNames().stream().filter(Row::isTime).toArray(String[]::new);
        assertTrue(times.length > 0);
        table.removeColumns(times).write().csv(out);
        return out.toString();
    }

    @Test
    void runnersHaveNames() {
        assertTrue(Runners.of("processes:2", List.of()) instanceof ProcessRunner);
        Results named = Studies.run(study(), Runners.of("serial", List.of()), store("named"));
        assertEquals(csv(Studies.run(study(), Runners.serial(List.of()), store("serial"))), csv(named));
        String message = assertThrows(IllegalArgumentException.class, () -> Runners.of("spark://host:7077", List.of()))
                .getMessage();
        assertTrue(message.startsWith("no runner \"spark://host:7077\" on the class path, expected serial"), message);
        assertTrue(message.contains("backbone-lab-spark"), message);
    }

    @Test
    void interruptionStopsInTheMiddleOfACellAndKeepsTheFinishedOnes() {
        RowStore store = store("interrupted");
        Runner serial = Runners.serial(List.of());
        Runner interrupting = (cells, rows, listener) -> serial.run(cells, rows, row -> {
            listener.done(row);
            Thread.currentThread().interrupt();
        });
        assertThrows(CancellationException.class, () -> Studies.run(study(), interrupting, store));
        assertTrue(Thread.interrupted(), "the flag stays for the caller");
        assertEquals(1, store.all().size());
    }

    @Test
    void divergenceIsARow() {
        Study study = Studies.small("resnet_micro").recipe(Studies.recipe().withOptimizer("sgd", 1e30, 0));
        Row row = Studies.run(study, Runners.serial(List.of()), store("diverged"))
                .rows()
                .get(0);
        assertEquals(Row.Status.DIVERGED, row.status());
        assertTrue(Double.isNaN(row.metrics().get("train_loss")), row.metrics().toString());
        assertTrue(row.metrics().get("train_images_seen") < 30, "stopped where it diverged");
        assertNoScore(row);
        Row back = store("diverged").find(row.id()).orElseThrow();
        assertEquals(Studies.outcomes(List.of(row)), Studies.outcomes(List.of(back)));
    }

    @Test
    void divergenceInTheLastUpdateIsSeenToo() {
        Recipe oneStep = Studies.recipe().withOptimizer("sgd", 1e30, 0).withBatchSize(60);
        Study study = Studies.small("resnet_micro").recipe(oneStep);
        Row row = Studies.run(study, Runners.serial(List.of()), store("diverged"))
                .rows()
                .get(0);
        assertTrue(Double.isFinite(row.metrics().get("train_loss")));
        assertEquals(Row.Status.DIVERGED, row.status());
        assertNoScore(row);
    }

    private static void assertNoScore(Row row) {
        for (String score : List.of("val_top1", "val_loss", "test_top1", "test_loss")) {
            assertTrue(Double.isNaN(row.metrics().get(score)), row.metrics().toString());
        }
    }

    /** From the trainer to the verdict: one seed of two diverges, and nobody takes chance for an accuracy. */
    @Test
    void aDivergedSeedHasNoAccuracyInAnyTable() {
        Recipe bad = Studies.recipe().withOptimizer("sgd", 1e30, 0);
        Row diverged = Studies.run(Studies.small("resnet_micro").recipe(bad), Runners.serial(List.of()), store("one"))
                .rows()
                .get(0);
        Row fine = Studies.run(Studies.small("resnet_micro"), Runners.serial(List.of()), store("two"))
                .rows()
                .get(0);
        Table table = Tables.of("both", List.of(diverged, fine));
        assertTrue(Double.isNaN(table.doubleColumn("test_top1").getDouble(0)));
        assertEquals(
                fine.id(),
                Select.best(table, "val_top1", "lr", "backbone")
                        .stringColumn("id")
                        .get(0));
        // A row of an older version, whose accuracy was that of class 0.
        Row older = new Row(
                "0",
                "{}",
                Map.of(),
                Row.Status.DIVERGED,
                Map.of("test_top1", 10.0, "best_val_top1", 10.0, "train_loss", 3.0),
                Map.of(),
                Map.of(),
                1);
        assertTrue(Double.isNaN(older.metrics().get("test_top1")));
        assertTrue(Double.isNaN(older.metrics().get("best_val_top1")));
        assertEquals(3, older.metrics().get("train_loss"));
    }

    @Test
    void divergenceInPretrainingEndsTheCell() {
        Recipe bad = Recipes.fcmae().withLr(1e10).withBatchSize(10).withEpochs(1);
        Study study = Studies.small("convnextv2_micro").track("fcmae", bad, Studies.recipe());
        Row row = Studies.run(study, Runners.serial(List.of()), store("diverged"))
                .rows()
                .get(0);
        assertEquals(Row.Status.DIVERGED, row.status());
        assertTrue(
                Double.isNaN(row.metrics().get("pretrain_train_loss")),
                row.metrics().toString());
        assertFalse(row.metrics().containsKey("train_loss"), "the second phase was not trained");
    }

    @Test
    void pretrainingReachesTheSecondPhase() {
        Recipe fcmae = Recipes.fcmae().withBatchSize(10).withEpochs(0.5);
        Study study = Studies.small("convnextv2_micro")
                .track("supervised", Studies.recipe())
                .track("fcmae", fcmae, Studies.recipe());
        List<Row> rows =
                Studies.run(study, Runners.serial(List.of()), store("fcmae")).rows();
        assertTrue(rows.get(1).metrics().get("pretrain_train_loss") > 0);
        assertTrue(!rows.get(0)
                .metrics()
                .get("train_loss")
                .equals(rows.get(1).metrics().get("train_loss")));
        assertEquals(30, rows.get(0).metrics().get("train_images_seen"));
        assertEquals(60, rows.get(1).metrics().get("train_images_seen"));
    }

    @Test
    void samCountsTwoPassesOfMultiplyAdds() {
        Study study = Studies.small("resnet_micro").vary("rho", 0, 0.1);
        List<Row> rows =
                Studies.run(study, Runners.serial(List.of()), store("sam")).rows();
        double macs = rows.get(0).metrics().get("macs");
        assertEquals(3 * macs * 30, rows.get(0).metrics().get("train_macs"));
        assertEquals(6 * macs * 30, rows.get(1).metrics().get("train_macs"));
    }

    @Test
    void provenanceSaysWhereANumberComesFrom() {
        Row row = Studies.run(Studies.small("resnet_micro"), Runners.serial(List.of()), store("p"))
                .rows()
                .get(0);
        for (String key : List.of("git_commit", "java", "jvm", "os", "data_sha256", "djl", "libtorch", "device")) {
            assertFalse(row.provenance().get(key).isBlank(), key);
        }
        assertEquals(String.valueOf(Torch.threads()), row.provenance().get("threads"));
        assertEquals("0", row.provenance().get("seed"));
    }

    @Test
    void cellsThatCannotBeBuiltAreRefused() {
        Study pretraining = Studies.small("resnet_micro").track("fcmae", Recipes.fcmae());
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> Studies.run(pretraining, Runners.serial(List.of()), store("bad")))
                .getMessage();
        assertTrue(message.contains("ResNet") && message.contains("ConvNeXt"), message);
    }
}
