package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.backbonelab.io.Settings;
import org.backbonelab.recipe.Ema;
import org.backbonelab.recipe.NonFinite;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.tensor.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellTrainerTest {
    @TempDir
    Path folder;

    private static Cell cell(Recipe... phases) {
        return new Cell("synthetic", 60, 20, 20, "convnextv2_micro", "t", List.of(phases), 0);
    }

    private static Recipe fcmae() {
        return Recipes.fcmae().withBatchSize(20).withEpochs(1);
    }

    private static Recipe supervised() {
        return Studies.recipe().withBatchSize(20).withEpochs(3);
    }

    private static CellTrainer plain() {
        return new CellTrainer(List.of());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> f.getFileName().toString())
                    .filter(name -> !name.equals("weights"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void continuesInTheSecondPhaseWithWhatTheFirstHasFound() throws IOException {
        Cell cell = cell(fcmae(), supervised().withEpochs(20));
        RowStore store = new RowStore(folder);
        Studies.trainFirstPhase(cell, store);
        assertEquals(List.of(cell.id() + ".ckpt"), files());
        Row resumed = plain().train(cell, store);
        assertEquals(List.of(cell.id() + ".json"), files());
        Row unbroken = plain().train(cell);
        assertEquals(Studies.outcomes(List.of(unbroken)), Studies.outcomes(List.of(resumed)));
        assertTrue(resumed.metrics().containsKey("pretrain_train_loss"));
        assertFalse(resumed.provenance().containsKey("resumed_from"));
    }

    @Test
    void trainingOfAnotherCellDoesNotTouchTheCheckpoint() throws IOException {
        RowStore store = new RowStore(folder);
        Cell half = cell(fcmae(), supervised().withEpochs(20));
        Studies.trainFirstPhase(half, store);
        byte[] before = Files.readAllBytes(folder.resolve(half.id() + ".ckpt"));
        Cell other = cell(supervised());
        plain().train(other, store);
        assertEquals(
                Stream.of(half.id() + ".ckpt", other.id() + ".json").sorted().toList(), files());
        assertArrayEquals(before, Files.readAllBytes(folder.resolve(half.id() + ".ckpt")));
    }

    /** What an earlier training left half done is not what a training anew continues; its own is. */
    @Test
    void aTrainingAnewContinuesItsOwnCheckpointOnly() throws IOException {
        RowStore store = new RowStore(folder);
        int first = 16;
        Cell cell = cell(fcmae().withEpochs(first), supervised().withEpochs(4));
        Studies.trainFirstPhase(cell, store);
        Task anew = new Task(cell, List.of(), true);
        List<Advance> told = new ArrayList<>();
        Thread here = Thread.currentThread();
        assertThrows(CancellationException.class, () -> plain().complete(anew, store, at -> {
            told.add(at);
            here.interrupt();
        }));
        assertTrue(Thread.interrupted());
        assertEquals(List.of(cell.id() + ".ckpt", cell.id() + ".fresh.ckpt"), files());
        assertTrue(told.get(0).epoch() < first, "it began at the beginning: " + told);
        Row row = plain().complete(anew, store, at -> {});
        assertEquals(List.of(cell.id() + ".ckpt", cell.id() + ".json"), files());
        assertEquals(Studies.outcomes(List.of(plain().train(cell))), Studies.outcomes(List.of(row)));
    }

    @Test
    void rowHasTheCurveTheBestAndWhereTheTimeWent() {
        Row row = plain().train(cell(supervised().withEvaluateEvery(1)));
        List<Double> curve = row.series().get("val_top1_curve");
        assertEquals(3, curve.size());
        assertEquals(row.metrics().get("val_top1"), curve.get(2));
        assertEquals(
                row.metrics().get("val_loss"),
                row.series().get("val_loss_curve").get(2));
        assertEquals(
                curve.stream().mapToDouble(v -> v).max().orElseThrow(),
                row.metrics().get("best_val_top1"));
        assertTrue(row.metrics().containsKey("best_test_top1"));
        for (String part : List.of("data", "forward", "backward", "update", "evaluation", "checkpoint")) {
            assertTrue(row.metrics().get("time_" + part) >= 0, part);
        }
        assertTrue(row.metrics().get("time_backward") > 0);
        assertFalse(plain().train(cell(supervised())).metrics().containsKey("best_val_top1"));
    }

    @Test
    void rowSaysWhichWeightsItIsOfAndInWhichPrecisionTheyCameAbout() {
        Row first = plain().train(cell(supervised()));
        Row second = plain().train(cell(supervised()));
        Row averaged = plain().train(cell(supervised().withEma(Ema.of(0.5))));
        String hash = first.provenance().get("weights_sha256");
        assertTrue(hash.matches("[0-9a-f]{64}"), hash);
        assertEquals(hash, second.provenance().get("weights_sha256"));
        assertNotEquals(hash, averaged.provenance().get("weights_sha256"));
        assertEquals("fp32", first.provenance().get("precision"));
        Row low = plain().train(cell(supervised().withEpochs(1 / 3.0).withPrecision(Precision.BF16)));
        assertEquals("bf16", low.provenance().get("precision"));
    }

    @Test
    void lossOfTheRecipeIsUsed() {
        double softmax = plain().train(cell(supervised())).metrics().get("train_loss");
        double binary =
                plain().train(cell(supervised().withObjective("bce"))).metrics().get("train_loss");
        assertTrue(binary < 0.8 && softmax > 1, "ten classes: about ln 2 and ln 10, " + binary + " and " + softmax);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2, 2000", "0.5, 500", "' ', 60000"})
    void timeBetweenCheckpoints(String text, long millis) {
        assertEquals(
                Duration.ofMillis(millis), CellTrainer.every(Settings.BACKBONELAB_CHECKPOINT_SECONDS.checked(text)));
        assertEquals(Duration.ofMinutes(1), CellTrainer.every(Optional.empty()));
    }

    /** The first update is fine and makes all that follow impossible. */
    @Test
    void rowCountsUpdatesThatAreNotFinite() {
        Recipe exploding = supervised().withOptimizer("sgd", 1e30, 0).withEpochs(2, 0);
        Row stopped = plain().train(cell(exploding));
        assertEquals(Row.Status.DIVERGED, stopped.status());
        assertEquals(1, stopped.metrics().get("nonfinite_updates"));
        Row skipped = plain().train(cell(exploding.withNonFinite(NonFinite.SKIP)));
        assertEquals(Row.Status.DIVERGED, skipped.status());
        assertEquals(5, skipped.metrics().get("nonfinite_updates"), "two of the first epoch and all of the second");
        assertEquals(0, plain().train(cell(supervised())).metrics().get("nonfinite_updates"));
    }
}
