package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.backbonelab.measure.ActiveNeurons;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Recipes;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures are no part of a training. */
class MeasurementTest {
    @TempDir
    Path folder;

    private final List<String> trained = new ArrayList<>();

    private RowStore store() {
        return new RowStore(folder);
    }

    private static Study study() {
        Recipe fcmae = Recipes.fcmae().withBatchSize(20).withEpochs(1);
        return Studies.small("convnextv2_micro")
                .track("two", fcmae, Studies.recipe())
                .seeds(0, 1);
    }

    /** Norm of the weights, which another network has not; such a measure no worker knows. */
    private static Measure norm(int version) {
        return Measure.of("norm", objective -> true, trained -> {
                    double sum = 0;
                    for (var p : trained.objective().state().values()) {
                        for (float v : p.getArray().toFloatArray()) {
                            sum += v * v;
                        }
                    }
                    return new Measure.Found(Map.of("norm", version * Math.sqrt(sum)), Map.of());
                })
                .withVersion(version);
    }

    /** Counts what is trained: rows that were not there before. */
    private Runner counting(Runner inner) {
        return (tasks, store, listener) -> {
            Set<String> before = new TreeSet<>();
            store.all().forEach(row -> before.add(row.id()));
            inner.run(tasks, store, row -> {
                if (!before.contains(row.id())) {
                    trained.add(row.id());
                }
                listener.done(row);
            });
        };
    }

    private List<Row> run(Runner runner, Measure... measures) {
        return study().measure(measures)
                .run(counting(runner), store(), Progress.NONE)
                .rows();
    }

    @Test
    void aNewMeasureOnAFinishedStudyTrainsNothing() throws IOException {
        List<Row> plain = run(new ProcessRunner(1));
        assertEquals(2, trained.size());
        Map<String, byte[]> weights = weights();
        assertEquals(4, weights.size(), "two phases of two seeds");
        List<Row> measured = run(new ProcessRunner(1), norm(1), ActiveNeurons.overDepth());
        assertEquals(2, trained.size(), "trained again");
        for (int i = 0; i < 2; i++) {
            assertEquals(plain.get(i).id(), measured.get(i).id(), "measures are no part of a cell");
            Map<String, Double> found = measured.get(i).metrics();
            assertTrue(found.get("norm") > 0 && found.get("pretrain_norm") > found.get("norm"), found.toString());
            assertTrue(found.get("active_neurons_first") > 0, found.toString());
        }
        Map<String, byte[]> after = weights();
        weights.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
        // Read back; in this JVM, too.
        assertEquals(
                measured,
                run(
                        (tasks, store, listener) -> {
                            throw new AssertionError("nothing is missing");
                        },
                        norm(1),
                        ActiveNeurons.overDepth()));
        assertEquals(
                2 * measured.get(0).metrics().get("norm"),
                run(Runners.serial(List.of()), norm(2)).get(0).metrics().get("norm"),
                1e-9,
                "another version is taken anew");
    }

    private Map<String, byte[]> weights() throws IOException {
        Map<String, byte[]> out = new TreeMap<>();
        try (var files = Files.list(folder.resolve("weights"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                out.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return out;
    }

    @Test
    void whereWeightsAreGoneTheTrainingIsRepeatedAndGivesThem() throws IOException {
        Runner serial = Runners.serial(List.of(norm(1)));
        double expected = run(serial, norm(1)).get(0).metrics().get("norm");
        for (String part : List.of("weights", "measures")) {
            try (var files = Files.list(folder.resolve(part))) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        assertEquals(expected, run(serial, norm(1)).get(0).metrics().get("norm"));
    }

    @Test
    void otherWeightsThanTheRowSaysAreRefused() throws IOException {
        Runner serial = Runners.serial(List.of(norm(1)));
        Row row = run(serial).get(0);
        Map<String, String> provenance = new TreeMap<>(row.provenance());
        provenance.put("weights_sha256", "0".repeat(64));
        store().put(new Row(
                row.id(),
                row.cell(),
                row.axes(),
                row.status(),
                row.metrics(),
                row.series(),
                provenance,
                row.seconds()));
        for (int phase = 0; phase < 2; phase++) {
            Files.delete(store().weights(row.id(), phase));
        }
        String message = assertThrows(IllegalArgumentException.class, () -> run(serial, norm(1)))
                .getMessage();
        assertTrue(message.contains(row.id()) && message.contains("0000000"), message);
        Row kept = store().find(row.id()).orElseThrow();
        assertEquals("0".repeat(64), kept.provenance().get("weights_sha256"), "the row was overwritten");
        assertFalse(Files.exists(store().weights(row.id(), 1)));
    }

    /** Rounding differs between processors: a row of another one, whose weights are gone, gives way to this machine's. */
    @Test
    void aRowOfAnotherMachineGivesWayToTheTrainingThatWasMeasured() throws IOException {
        Row row = run(Runners.serial(List.of(norm(1)))).get(0);
        Map<String, String> provenance = new TreeMap<>(row.provenance());
        provenance.put("processor", "another");
        provenance.put("weights_sha256", "0".repeat(64));
        Row measured = measuredAgain(row, provenance);
        assertEquals(row.provenance().get("processor"), measured.provenance().get("processor"));
        assertTrue(measured.metrics().get("norm") > 0);
    }

    /** The row and what is measured are of one training: a row that says no hash gives way to the new one. */
    @Test
    void aRowWithoutAHashGivesWayToTheTrainingThatWasMeasured() throws IOException {
        Row row = run(Runners.serial(List.of(norm(1)))).get(0);
        Map<String, String> provenance = new TreeMap<>(row.provenance());
        provenance.remove("weights_sha256");
        assertTrue(measuredAgain(row, provenance).provenance().containsKey("weights_sha256"));
    }

    /** Measures a cell whose row has another provenance and loss than its training gave, and whose weights are gone. */
    private Row measuredAgain(Row row, Map<String, String> provenance) throws IOException {
        Map<String, Double> metrics = new TreeMap<>(row.metrics());
        double trained = metrics.put("test_loss", 99.0);
        store().put(new Row(
                row.id(), row.cell(), row.axes(), row.status(), metrics, row.series(), provenance, row.seconds()));
        for (int phase = 0; phase < 2; phase++) {
            Files.delete(store().weights(row.id(), phase));
        }
        Row measured = run(Runners.serial(List.of(norm(1))), norm(1)).get(0);
        assertEquals(trained, measured.metrics().get("test_loss"));
        return measured;
    }
}
