package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Datasets;
import org.backbonelab.model.weights.SafeTensors;
import org.backbonelab.recipe.ParameterGroup;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pre-training on one data set, then fine-tuning or a linear probe on another. */
class TransferTest {
    @TempDir
    Path folder;

    private static Recipe recipe() {
        return Studies.recipe().withBatchSize(20).withEpochs(2);
    }

    private static Cell cell(Recipe second) {
        List<Recipe> phases = List.of(recipe().withSource("synthetic@28", 40), second);
        return new Cell("synthetic", 60, 20, 20, "convnext_micro", "t", phases, 0);
    }

    private static Row train(Cell cell, RowStore store) {
        return new CellTrainer(List.of()).train(cell, store);
    }

    /** Returns the weights after a phase. */
    private static Map<String, float[]> weights(Cell cell, RowStore store, int phase) {
        Map<String, float[]> out = new LinkedHashMap<>();
        SafeTensors.read(store.weights(cell.id(), phase))
                .forEach((name, tensor) -> out.put(name, tensor.values().get()));
        return out;
    }

    @Test
    void aProbeTrainsANewClassifierOnWhatWasLearnedElsewhere() {
        Recipe probe = recipe().withGroups(new ParameterGroup("(?!head\\.fc).*", 0, 0));
        RowStore store = new RowStore(folder);
        Row row = train(cell(probe), store);
        Map<String, float[]> after = weights(cell(probe), store, 1);
        weights(cell(probe), store, 0).forEach((name, values) -> {
            if (name.startsWith("head.fc")) {
                assertFalse(Arrays.equals(values, after.get(name)), name);
            } else {
                assertArrayEquals(values, after.get(name), name);
            }
        });
        // 2 epochs of 40 images, then 2 of 60.
        assertEquals(200, row.metrics().get("train_images_seen"));
        assertEquals(40, Cell.parse(row.cell()).phases().get(0).data().source().images());
    }

    @Test
    void theClassifierIsNewEvenBeforeTheFirstStep() {
        Cell still = cell(recipe().withLr(1e-30));
        RowStore store = new RowStore(folder);
        train(still, store);
        String name = "head.fc.weight";
        assertFalse(Arrays.equals(
                weights(still, store, 0).get(name), weights(still, store, 1).get(name)));
    }

    @Test
    void aBrokenTransferContinuesToTheSameWeights() {
        Cell cell = cell(recipe().withEpochs(20));
        Row whole = train(cell, new RowStore(folder.resolve("whole")));
        RowStore store = new RowStore(folder.resolve("broken"));
        Studies.trainFirstPhase(cell, store);
        Row row = train(cell, store);
        assertEquals(whole.provenance().get("weights_sha256"), row.provenance().get("weights_sha256"));
        assertEquals(whole.metrics().get("test_loss"), row.metrics().get("test_loss"));
    }

    @Test
    void aPretrainingThatDivergesIsARow() {
        Recipe broken = recipe().withOptimizer("sgd", 1e30, 0).withSource("synthetic@28", 40);
        List<Recipe> phases = List.of(broken, recipe());
        Cell cell = new Cell("synthetic", 60, 20, 20, "convnext_micro", "t", phases, 0);
        Row row = train(cell, new RowStore(folder));
        assertEquals(Row.Status.DIVERGED, row.status());
        assertTrue(row.metrics().containsKey("val_top1"));
        assertEquals(Datasets.get("synthetic").checksum(), row.provenance().get("data_sha256"));
    }

    @Test
    void imagesOfAnotherSizeAreRefused() {
        List<Recipe> phases = List.of(recipe().withSource("synthetic@56", 40), recipe());
        Cell cell = new Cell("synthetic", 60, 20, 20, "convnext_micro", "t", phases, 0);
        String message = assertThrows(IllegalArgumentException.class, () -> train(cell, new RowStore(folder)))
                .getMessage();
        assertTrue(message.contains("phase 2") && message.contains("56"), message);
        assertThrows(IllegalArgumentException.class, () -> recipe().withSource("", 5));
        assertThrows(IllegalArgumentException.class, () -> recipe().withSource("synthetic", 0));
    }
}
