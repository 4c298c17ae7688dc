package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.backbonelab.data.Datasets;
import org.backbonelab.io.Json;
import org.backbonelab.results.Measured;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowLines;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        Tally tally = new Tally(store, CommittedRows.in(folder), List.of(), runner, Progress.NONE, Optional.empty());
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

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("digit", t -> t.replace("33.333", "93.333")),
                damage("text for a number", t -> t.replace("33.333333333333336", "\"many\"")),
                damage("NaN", t -> t.replace("33.333333333333336", "\"NaN\"")),
                damage("infinity", t -> t.replace("33.333333333333336", "\"Infinity\"")),
                damage("overflow", t -> t.replace("33.333333333333336", "1e999")),
                damage("hexadecimal", t -> t.replace("33.333333333333336", "0x1p4")),
                damage("no metrics", t -> t.replaceAll("\"metrics\":\\{[^}]*\"test_top1[^}]*}", "\"metrics\":{}")),
                damage("status", t -> t.replace("\"OK\"", "\"DIVERGED\"")),
                damage("unknown status", t -> t.replace("\"OK\"", "\"ok\"")),
                damage("seed of the axes", t -> t.replace("\"seed\":0", "\"seed\":7")),
                damage("cell", t -> t.replace("\\\"seed\\\":0", "\\\"seed\\\":7")),
                damage("cell of rubbish", t -> t.replaceAll("\"cell\":\"\\{.*?}\"", "\"cell\":\"rubbish\"")),
                damage("other id", t -> t.replaceAll("\"id\":\"[0-9a-f]{4}", "\"id\":\"0000")),
                damage("series cut", t -> t.replaceAll("\"train_loss\":\\[[^]]*]", "\"train_loss\":[]")),
                damage("formula", t -> t.replace("\"abc\"", "\"=cmd|x\"")),
                damage("seconds", t -> t.replaceAll("\"seconds\":[0-9.]*", "\"seconds\":\"\"")),
                damage("measured", t -> t.replace("\"warmth\":", "\"coldth\":")),
                damage("end lost", t -> t.substring(0, t.length() / 2)),
                damage("start lost", t -> t.substring(20)),
                damage("no checksum", t -> t.replaceAll(",\"sha256.*", "}")),
                damage("checksum of another", t -> t.replaceAll("\"sha256\":\"....", "\"sha256\":\"0000")),
                damage("binary", t -> "\u0000\u0001\u0002"),
                damage("another program's", t -> "id,test_top1"),
                damage("web page", t -> "<html><body>404</body></html>"),
                damage("null", t -> "null"),
                damage("list", t -> "[" + t + "]"),
                damage("merge conflict", t -> "<<<<<<< HEAD\n" + t.replace("33", "44") + "\n=======\n>>>>>>> other"));
    }

    private static Arguments damage(String name, UnaryOperator<String> change) {
        return Arguments.of(name, change);
    }

    /** Whatever becomes of one line: it is trained again, and the others are read. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void aDamagedLineIsTrainedAgainAndTheOthersAreNot(String name, UnaryOperator<String> change) throws IOException {
        write();
        List<String> text = new ArrayList<>(Files.readAllLines(file()));
        String damaged = change.apply(text.get(0));
        assertNotEquals(text.get(0), damaged);
        text.set(0, damaged);
        Files.write(file(), text);
        List<String> told = new ArrayList<>();
        RowLines.read(file(), e -> told.add(e.getMessage()));
        assertTrue(told.get(0).contains("grid.jsonl, line 1"), told.toString());
        assertEquals(Set.of(cells.get(0).id()), trained(cells));
    }

    /** Sealed anew, as by one who knows how: what a row says is compared with itself. */
    @ParameterizedTest
    @ValueSource(strings = {"axes", "cell", "rubbish"})
    void aRowThatDoesNotAgreeWithItselfIsTrainedAgain(String what) {
        List<RowLines.Line> lines = lines("training 1");
        Row row = lines.get(0).row();
        Map<String, Object> axes = new TreeMap<>(row.axes());
        if (what.equals("axes")) {
            axes.put("seed", 7);
        }
        String cell = what.equals("cell") ? cells.get(3).json() : what.equals("rubbish") ? "rubbish" : row.cell();
        Row changed = new Row(
                row.id(), cell, axes, row.status(), row.metrics(), row.series(), row.provenance(), row.seconds());
        lines.set(0, new RowLines.Line(changed, lines.get(0).measured()));
        RowLines.write(lines, file());
        assertEquals(Set.of(cells.get(0).id()), trained(cells));
    }

    @Test
    void aRowOfOtherImagesUnderTheSameNameIsTrainedAgain() {
        List<RowLines.Line> lines = lines("training 1");
        for (int i = 0; i < 2; i++) {
            Row row = lines.get(i).row();
            Map<String, String> provenance = new TreeMap<>(row.provenance());
            provenance.put(
                    "data_sha256",
                    i == 0 ? "0".repeat(64) : Datasets.synthetic().checksum());
            Row of =
                    new Row(row.id(), row.cell(), row.axes(), row.status(), row.metrics(), row.series(), provenance, 1);
            lines.set(i, new RowLines.Line(of, List.of()));
        }
        RowLines.write(lines, file());
        assertEquals(Set.of(cells.get(0).id()), trained(cells));
    }

    @Test
    void aFileThatIsNoneDoesNotStopThoseBesideIt() throws IOException {
        write();
        Files.createDirectory(folder.resolve("folder.jsonl"));
        Files.write(folder.resolve("binary.jsonl"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        Files.createSymbolicLink(folder.resolve("endless.jsonl"), Path.of("/dev/zero"));
        Files.createSymbolicLink(folder.resolve("nowhere.jsonl"), folder.resolve("nothing"));
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", folder.resolve("pipe.jsonl").toString())
                        .start()
                        .onExit()
                        .join()
                        .exitValue());
        assertEquals(Set.of(), trained(cells));
    }

    /** Whoever reads the repository's rows back believes them: each is whole, and is what it says. */
    @ParameterizedTest
    @ValueSource(strings = {"bocb", "convnextv2", "nfnet", "sam"})
    void rowsOfTheRepositoryHold(String study) {
        List<RowLines.Line> all = RowLines.read(Path.of("..", "notebooks", "results", study + RowLines.ENDING));
        assertTrue(all.size() > 10, study);
        for (RowLines.Line line : all) {
            Cell cell = Cell.parse(line.row().cell());
            assertEquals(line.row().id(), cell.id());
            assertEquals(
                    Json.write(Axis.of(cell)),
                    Json.write(line.row().axes()),
                    line.row().id());
            line.measured().forEach(m -> assertEquals(line.row().id(), m.id()));
        }
    }

    @Test
    void addingToADamagedFileLeavesItAlone() throws IOException {
        write();
        Files.writeString(file(), Files.readString(file()).replace("DIVERGED", "DIVRGED"));
        String before = Files.readString(file());
        String message = assertThrows(IllegalArgumentException.class, () -> RowLines.add(lines("training 1"), file()))
                .getMessage();
        assertTrue(message.contains("grid.jsonl, line 2") && message.contains("restore the file"), message);
        assertEquals(before, Files.readString(file()));
    }
}
