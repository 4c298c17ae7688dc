package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.backbonelab.data.Datasets;
import org.backbonelab.recipe.ParameterGroup;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.testing.Nets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pre-training on one data set, then fine-tuning or a linear probe on another. */
class TransferTest {
    @TempDir
    Path folder;

    private final List<Map<String, float[]>> seen = new ArrayList<>();

    private static Recipe recipe() {
        return Studies.recipe().withBatchSize(20).withEpochs(2);
    }

    private static Cell cell(Recipe second) {
        List<Recipe> phases = List.of(recipe().withSource("synthetic@28", 40), second);
        return new Cell("synthetic", 60, 20, 20, "convnext_micro", "t", phases, 0, List.of("weights"));
    }

    private CellTrainer trainer(boolean interrupts) {
        return new CellTrainer(List.of(Measure.of("weights", kind -> true, trained -> {
            Map<String, float[]> copy = new LinkedHashMap<>();
            Nets.values(trained.model().namedParameters()).forEach((name, v) -> copy.put(name, v.clone()));
            seen.add(copy);
            if (interrupts && seen.size() == 1) {
                Thread.currentThread().interrupt();
            }
            return new Measure.Found(Map.of(), Map.of());
        })));
    }

    @Test
    void aProbeTrainsANewClassifierOnWhatWasLearnedElsewhere() {
        Recipe probe = recipe().withGroups(new ParameterGroup("(?!head\\.fc).*", 0, 0));
        Row row = trainer(false).train(cell(probe), new RowStore(folder));
        assertEquals(2, seen.size());
        seen.get(0).forEach((name, values) -> {
            if (name.startsWith("head.fc")) {
                assertFalse(Arrays.equals(values, seen.get(1).get(name)), name);
            } else {
                assertArrayEquals(values, seen.get(1).get(name), name);
            }
        });
        // 2 epochs of 40 images, then 2 of 60.
        assertEquals(200, row.metrics().get("train_images_seen"));
        assertEquals(40, Cell.parse(row.cell()).phases().get(0).data().source().images());
    }

    @Test
    void theClassifierIsNewEvenBeforeTheFirstStep() {
        trainer(false).train(cell(recipe().withLr(1e-30)), new RowStore(folder));
        assertFalse(Arrays.equals(seen.get(0).get("head.fc.weight"), seen.get(1).get("head.fc.weight")));
    }

    @Test
    void aBrokenTransferContinuesToTheSameWeights() {
        Cell cell = cell(recipe());
        Row whole = trainer(false).train(cell, new RowStore(folder.resolve("whole")));
        seen.clear();
        RowStore store = new RowStore(folder.resolve("broken"));
        assertThrows(CancellationException.class, () -> trainer(true).train(cell, store));
        Thread.interrupted();
        Row row = trainer(false).train(cell, store);
        assertEquals(whole.provenance().get("weights_sha256"), row.provenance().get("weights_sha256"));
        assertEquals(whole.metrics().get("test_loss"), row.metrics().get("test_loss"));
    }

    @Test
    void aPretrainingThatDivergesIsARow() {
        Recipe broken = recipe().withOptimizer("sgd", 1e30, 0).withSource("synthetic@28", 40);
        List<Recipe> phases = List.of(broken, recipe());
        Cell cell = new Cell("synthetic", 60, 20, 20, "convnext_micro", "t", phases, 0, List.of());
        Row row = trainer(false).train(cell, new RowStore(folder));
        assertEquals(Row.Status.DIVERGED, row.status());
        assertTrue(row.metrics().containsKey("val_top1"));
        assertEquals(Datasets.get("synthetic").checksum(), row.provenance().get("data_sha256"));
    }

    @Test
    void imagesOfAnotherSizeAreRefused() {
        List<Recipe> phases = List.of(recipe().withSource("synthetic@56", 40), recipe());
        Cell cell = new Cell("synthetic", 60, 20, 20, "convnext_micro", "t", phases, 0, List.of());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> trainer(false).train(cell, new RowStore(folder)))
                .getMessage();
        assertTrue(message.contains("phase 2") && message.contains("56"), message);
        assertThrows(IllegalArgumentException.class, () -> recipe().withSource("", 5));
        assertThrows(IllegalArgumentException.class, () -> recipe().withSource("synthetic", 0));
    }
}
