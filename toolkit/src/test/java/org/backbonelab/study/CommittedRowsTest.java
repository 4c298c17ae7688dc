package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.io.Json;
import org.backbonelab.results.Measured;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommittedRowsTest {
    @TempDir
    Path folder;

    private final List<Cell> cells = Study.of("grid", "synthetic")
            .backbones("resnet_micro", "vit_micro")
            .optimizers("sgd", "adamw")
            .cells(0);

    /** Diverged, without a metric of the others, with numbers that want every digit. */
    private List<RowLines.Line> lines(String semantics) {
        List<RowLines.Line> out = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            Map<String, Double> metrics = i == 1
                    ? Map.of("test_top1", 10.0, "test_loss", Double.NaN)
                    : Map.of("test_top1", 100.0 / 3, "test_loss", 1e-7 * Math.PI, "rare", (double) i);
            Map<String, List<Double>> series = i == 2
                    ? Map.of("alpha", List.of(Math.E, Double.NaN, Double.POSITIVE_INFINITY), "none", List.of())
                    : Map.of("train_loss", List.of(i / 3.0));
            Row.Status status = i == 1 ? Row.Status.DIVERGED : Row.Status.OK;
            Map<String, String> provenance = Map.of("git_commit", "abc", Finished.SEMANTICS, semantics);
            Row row =
                    new Row(cell.id(), cell.json(), Axis.of(cell), status, metrics, series, provenance, 1.0 / (7 - i));
            Map<String, Double> found = Map.of("warmth", i + 0.1);
            out.add(new RowLines.Line(row, List.of(new Measured(cell.id(), "warmth", 1, found, Map.of(), Map.of()))));
        }
        return out;
    }

    private Path file() {
        return folder.resolve("grid.jsonl");
    }

    private void write() {
        RowLines.write(lines("training 1"), file());
    }

    @Test
    void aFileGivesBackEveryLine() throws IOException {
        write();
        Files.writeString(folder.resolve("other.csv"), "a,b\n1,2\n");
        CommittedRows committed = CommittedRows.in(folder);
        List<RowLines.Line> found =
                cells.stream().map(c -> committed.find(c).orElseThrow()).toList();
        assertEquals(Json.write(lines("training 1")), Json.write(found));
        assertEquals(0.1, found.get(0).joined().metrics().get("warmth"));
        RowLines.write(found, folder.resolve("again"));
        assertEquals(Files.readString(file()), Files.readString(folder.resolve("again")));
    }

    @Test
    void onlyCellsThatAreInNoFileAreTrained() {
        write();
        Cell other = Study.of("grid", "synthetic")
                .backbones("mixer_micro")
                .optimizers("sgd")
                .cells(0)
                .get(0);
        List<Cell> all = new ArrayList<>(cells);
        all.add(other);
        assertEquals(Set.of(other.id()), trained(all));
    }

    private Set<String> trained(List<Cell> all) {
        Set<String> trained = new LinkedHashSet<>();
        Runner runner = Studies.fake(cell -> {
            trained.add(cell.id());
            return 1.0;
        });
        RowStore store = new RowStore(folder.resolve("store"));
        Tally tally = new Tally(store, CommittedRows.in(folder), List.of(), runner, Progress.NONE);
        tally.begin(all, all.size());
        assertEquals(all.size(), tally.lines().size());
        return trained;
    }

    /** Equal ids are equal questions; the answer is another one where the rules are. */
    @Test
    void rowsOfOtherRulesAreNotUsed() {
        RowLines.write(lines("training 0"), file());
        assertEquals(4, trained(cells).size());
    }

    /** In two sittings. */
    @Test
    void linesAreAddedToAFile() throws IOException {
        List<RowLines.Line> lines = lines("training 1");
        assertEquals(2, RowLines.add(lines.subList(0, 2), file()));
        assertEquals(2, RowLines.add(lines, file()));
        assertEquals(0, RowLines.add(lines, file()));
        String grown = Files.readString(file());
        write();
        assertEquals(Files.readString(file()), grown);
    }

    @Test
    void aFolderThatIsNotThereHoldsNothing() {
        assertTrue(
                CommittedRows.in(folder.resolve("nowhere")).find(cells.get(0)).isEmpty());
    }

    @Test
    void aDamagedFileIsNamedWithItsLine() throws IOException {
        write();
        Files.writeString(file(), Files.readString(file()).replace("DIVERGED", "DIVRGED"));
        String message = assertThrows(IllegalArgumentException.class, () -> CommittedRows.in(folder))
                .getMessage();
        assertTrue(message.contains("grid.jsonl, line 2") && message.contains("DIVRGED"), message);
    }
}
