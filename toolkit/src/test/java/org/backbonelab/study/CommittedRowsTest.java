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
import org.backbonelab.results.CsvRows;
import org.backbonelab.results.Row;
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
    private List<Row> rows() {
        List<Row> out = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            Map<String, Double> metrics = i == 1
                    ? Map.of("test_top1", 10.0, "test_loss", Double.NaN)
                    : Map.of("test_top1", 100.0 / 3, "test_loss", 1e-7 * Math.PI, "rare", (double) i);
            Map<String, List<Double>> series = i == 2
                    ? Map.of("alpha", List.of(Math.E, Double.NaN, Double.POSITIVE_INFINITY), "none", List.of())
                    : Map.of("train_loss", List.of(i / 3.0));
            Row.Status status = i == 1 ? Row.Status.DIVERGED : Row.Status.OK;
            Map<String, String> provenance = Map.of("git_commit", "abc");
            out.add(new Row(cell.id(), cell.json(), cell.axes(), status, metrics, series, provenance, 1.0 / 7));
        }
        return out;
    }

    private void write() {
        CsvRows.write(rows(), folder.resolve("grid.csv"));
    }

    @Test
    void aTableGivesBackEveryRow() throws IOException {
        write();
        Files.writeString(folder.resolve("other.csv"), "a,b\n1,2\n");
        CommittedRows committed = CommittedRows.in(folder);
        List<Row> found =
                cells.stream().map(c -> committed.find(c).orElseThrow()).toList();
        for (int i = 0; i < cells.size(); i++) {
            Row expected = rows().get(i);
            assertEquals(expected.status(), found.get(i).status());
            assertEquals(expected.axes(), found.get(i).axes());
            assertEquals(expected.cell(), found.get(i).cell());
            assertEquals(expected.series(), found.get(i).series());
        }
        Path again = folder.resolve("again");
        Files.createDirectory(again);
        CsvRows.write(found, again.resolve("grid.csv"));
        assertEquals(Files.readString(folder.resolve("grid.csv")), Files.readString(again.resolve("grid.csv")));
    }

    @Test
    void onlyCellsThatAreInNoTableAreTrained() {
        write();
        Cell other = Study.of("grid", "synthetic")
                .backbones("mixer_micro")
                .optimizers("sgd")
                .cells(0)
                .get(0);
        List<Cell> all = new ArrayList<>(cells);
        all.add(other);
        Set<String> trained = new LinkedHashSet<>();
        Runner runner = Studies.fake(cell -> {
            trained.add(cell.id());
            return 1.0;
        });
        RowStore store = new RowStore(folder.resolve("store"));
        Tally tally = new Tally(all.size(), store, CommittedRows.in(folder), Progress.NONE);
        assertEquals(5, tally.begin(all, runner).size());
        assertEquals(Set.of(other.id()), trained);
    }

    @Test
    void aTableWithoutItsSeriesIsNoCache() throws IOException {
        write();
        Files.delete(folder.resolve("grid" + CsvRows.SERIES));
        assertTrue(CommittedRows.in(folder).find(cells.get(0)).isEmpty());
    }

    /** In two sittings. */
    @Test
    void rowsAreAddedToATable() throws IOException {
        Path file = folder.resolve("grid.csv");
        assertEquals(2, CsvRows.add(rows().subList(0, 2), file));
        assertEquals(2, CsvRows.add(rows(), file));
        assertEquals(0, CsvRows.add(rows(), file));
        String grown = Files.readString(file);
        String series = Files.readString(folder.resolve("grid" + CsvRows.SERIES));
        write();
        assertEquals(Files.readString(file), grown);
        assertEquals(Files.readString(folder.resolve("grid" + CsvRows.SERIES)), series);
        Path other = folder.resolve("other.csv");
        Files.writeString(other, "a,b\n1,2\n");
        assertThrows(IllegalArgumentException.class, () -> CsvRows.add(rows(), other));
    }

    @Test
    void aFolderThatIsNotThereHoldsNothing() {
        assertTrue(
                CommittedRows.in(folder.resolve("nowhere")).find(cells.get(0)).isEmpty());
    }

    @Test
    void aDamagedTableIsNamed() throws IOException {
        write();
        Path file = folder.resolve("grid.csv");
        Files.writeString(file, Files.readString(file).replace("DIVERGED", "DIVRGED"));
        CommittedRows committed = CommittedRows.in(folder);
        String message = assertThrows(IllegalArgumentException.class, () -> committed.find(cells.get(1)))
                .getMessage();
        assertTrue(message.contains("grid.csv") && message.contains("DIVRGED"), message);

        Files.writeString(folder.resolve("grid" + CsvRows.SERIES), "id,series,values\nx,y,1 two\n");
        String other = assertThrows(IllegalArgumentException.class, () -> CommittedRows.in(folder))
                .getMessage();
        assertTrue(other.contains("grid-series.csv") && other.contains("two"), other);
    }
}
