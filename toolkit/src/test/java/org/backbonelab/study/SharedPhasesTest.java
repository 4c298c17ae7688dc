package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells that begin alike train their common phases once, and their rows cannot be told from rows trained whole. */
class SharedPhasesTest {
    @TempDir
    Path folder;

    private RowStore store;

    @BeforeEach
    void open() {
        store = new RowStore(folder);
    }

    private static Cell cell(String track, long seed, Recipe... phases) {
        return new Cell("synthetic", 60, 20, 20, "convnextv2_micro", track, List.of(phases), seed);
    }

    private static Recipe fcmae() {
        return Recipes.fcmae().withBatchSize(20).withEpochs(2);
    }

    private static Recipe supervised(double lr) {
        return Studies.recipe().withBatchSize(20).withEpochs(1).withLr(lr);
    }

    private static CellTrainer trainer() {
        return new CellTrainer(List.of());
    }

    private Row train(Cell cell) {
        return trainer().train(cell, store);
    }

    private static void assertSame(Cell cell, Row row) {
        Row whole = trainer().train(cell);
        assertEquals(Studies.outcomes(List.of(whole)), Studies.outcomes(List.of(row)));
        assertFalse(whole.provenance().containsKey(SharedPhases.PROVENANCE));
    }

    @Test
    void aPretrainingIsTrainedOnceForAllFineTunings() {
        Cell first = cell("a", 0, fcmae(), supervised(1e-3));
        Cell second = cell("b", 0, fcmae(), supervised(2e-3));
        assertFalse(train(first).provenance().containsKey(SharedPhases.PROVENANCE));
        Row row = train(second);
        assertTrue(row.provenance().get(SharedPhases.PROVENANCE).startsWith(first.id()), row::toString);
        assertSame(second, row);
        assertTrue(Files.exists(store.weights(second.id(), 0)), "a measure of the first phase needs its weights");
    }

    /** A study of single trainings pre-trains for a later study of transfers. */
    @Test
    void aTrainingOfItsOwnIsTheFirstPhaseOfAnother() {
        Recipe plain = supervised(1e-3).withEvaluateEvery(1);
        Cell alone = cell("plain", 0, plain);
        train(alone);
        Cell longer = cell("both", 0, plain.withSource("synthetic", 60), supervised(1e-4), supervised(1e-5));
        Row row = train(longer);
        assertTrue(row.provenance().get(SharedPhases.PROVENANCE).startsWith(alone.id()), row::toString);
        assertSame(longer, row);
        Row third = train(cell("third", 0, plain, supervised(1e-4), supervised(1e-3)));
        assertTrue(third.provenance().get(SharedPhases.PROVENANCE).startsWith(longer.id()), third::toString);
    }

    @Test
    void phasesThatDifferAreTrained() {
        train(cell("a", 0, fcmae(), supervised(1e-3)));
        List<Cell> others = List.of(
                cell("a", 1, fcmae(), supervised(1e-3)),
                cell("a", 0, fcmae().withMaskRatio(0.5), supervised(1e-3)),
                cell("a", 0, fcmae(), supervised(1e-3).withRegularisation(0.1, 0.2)));
        for (Cell other : others) {
            assertFalse(train(other).provenance().containsKey(SharedPhases.PROVENANCE), other::label);
        }
    }

    @Test
    void damagedWeightsAndTrainingsAnewAreTrained() throws IOException {
        Cell first = cell("a", 0, fcmae(), supervised(1e-3));
        train(first);
        Cell anew = cell("anew", 0, fcmae(), supervised(2e-3));
        Row row = trainer().complete(new Task(anew, List.of(), true), store, at -> {});
        assertFalse(row.provenance().containsKey(SharedPhases.PROVENANCE));
        // The training anew is the latest now; its weights are what is damaged.
        Files.write(store.weights(anew.id(), 0), new byte[] {1}, StandardOpenOption.APPEND);
        Cell second = cell("b", 0, fcmae(), supervised(3e-3));
        assertFalse(train(second).provenance().containsKey(SharedPhases.PROVENANCE));
    }
}
