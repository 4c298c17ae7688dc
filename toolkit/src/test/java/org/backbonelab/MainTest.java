package org.backbonelab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.backbonelab.data.Datasets;
import org.backbonelab.io.Json;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.study.Cell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes and messages of the command line. */
class MainTest {
    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {}

    private static synchronized Ran run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            int code = Main.execute(arguments);
            return new Ran(code, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private String results() {
        return folder.resolve("results").toString();
    }

    /** Exit code 2, one line, no stack trace. */
    private static void assertRefused(Ran ran, String... parts) {
        assertEquals(2, ran.code, ran.err);
        assertEquals("", ran.out);
        assertEquals(1, ran.err.lines().count(), ran.err);
        assertFalse(ran.err.contains("Exception:") || ran.err.contains("\tat "), ran.err);
        for (String part : parts) {
            assertTrue(ran.err.contains(part), ran.err);
        }
    }

    @ParameterizedTest
    @CsvSource({"backbones, vit_micro", "optimizers, lamb", "datasets, fashion-mnist", "measures, hessian_top"})
    void listsNames(String what, String one) {
        Ran ran = run("list", what);
        assertEquals(0, ran.code);
        assertTrue(ran.out.lines().anyMatch(one::equals), ran.out);
    }

    @Test
    void listsBackbonesOfAFilter() {
        assertEquals("alexnet\nvgg13_bn\n", run("list", "backbones", "bocb_a").out);
        assertRefused(run("list", "backbones", "resnext"), "\"resnext\"", "expected a family");
        assertRefused(run("list", "optimizers", "lamb"), "\"lamb\"", "expected none");
    }

    @Test
    void helpOfDownloadNamesTheDataSetsOfTheList() {
        String help = run("download", "--help").out.replaceAll("\\s+", " ");
        assertTrue(help.contains("one of " + String.join(", ", Datasets.downloadable())), help);
    }

    @Test
    void unknownCommand() {
        assertRefused(run("trian"), "trian", "expected one of list, run, report");
        assertRefused(run("list", "optimisers"), "\"optimisers\"", "expected backbones, optimizers");
        assertRefused(run("weights", "timm/resnet18"), "\"timm/resnet18\"", "resnet50.a1_in1k");
        assertRefused(run("download", "imagenet"), "\"imagenet\"", "expected fashion-mnist");
        assertEquals(2, run().code);
    }

    @Test
    void unknownNamesAndBadNumbers() {
        assertRefused(run("run", "--backbone", "resnet_mikro"), "unknown backbone \"resnet_mikro\"", "resnet_micro");
        assertRefused(run("run", "--optimizer", "adamv"), "unknown optimizer \"adamv\"", "adamw");
        assertRefused(run("run", "--data", "mnits"), "unknown data set \"mnits\"", "fashion-mnist");
        assertRefused(run("run", "--lr", "-0.1"), "learning rate is -0.1, expected a positive number");
        assertRefused(run("run", "--lr", "NaN"), "learning rate is NaN");
        assertRefused(run("run", "--rho", "-1"), "rho is -1.0");
        assertRefused(run("run", "--lr", "fast"), "fast");
        assertRefused(run("run", "--epochs", "0"), "epochs is 0.0");
        assertRefused(
                run("run", "--data", "synthetic", "--images", "1000000", "--results", results()),
                "1000000 training",
                "at most 2000");
    }

    @Test
    void missingCellFile() {
        assertRefused(run("run", folder.resolve("none.json").toString()), "none.json", "no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{}", "{\"dataset\":\"synthetic\",\"backbone\":\"resnet_micro\"}"})
    void malformedCell(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("cell.json"), text);
        assertRefused(run("run", file.toString(), "--results", results()), "cell");
    }

    @Test
    void cellThatIsNoText() throws IOException {
        Path file = Files.write(folder.resolve("cell.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertRefused(run("run", file.toString(), "--results", results()), "cell.json");
    }

    @Test
    void unwritableResultsFolder() throws IOException {
        String below = Files.writeString(folder.resolve("file"), "x")
                .resolve("results")
                .toString();
        for (String[] arguments : new String[][] {
            {"run", "--data", "synthetic", "--results", below},
            {"worker", "--results", below}
        }) {
            assertRefused(run(arguments), below, "cannot be written");
        }
    }

    @Test
    void trainsACellOnceAndReportsIt() throws IOException {
        Recipe recipe = Recipe.supervised().withEpochs(0.5).withBatchSize(10);
        Cell cell = new Cell("synthetic", 40, 10, 10, "resnet_micro", "plain", List.of(recipe), 0);
        Path file = Files.writeString(folder.resolve("cell.json"), cell.json());
        Ran first = run("run", file.toString(), "--results", results());
        assertEquals(0, first.code, first.err);
        assertTrue(first.out.contains("test_top1") && first.out.contains(cell.id()), first.out);
        Path row = folder.resolve("results").resolve(cell.id() + ".json");
        String written = Files.readString(row);
        Ran second = run("run", file.toString(), "--results", results());
        assertEquals(first.out, second.out, "read back, not trained again");
        assertEquals(written, Files.readString(row));
        Ran report = run("report", "--results", results());
        assertEquals(0, report.code);
        assertEquals(2, report.out.lines().count(), report.out);
        assertTrue(report.out.startsWith("id,") && report.out.contains(cell.id()), report.out);
    }

    private Path trained() throws IOException {
        Recipe recipe = Recipe.supervised().withEpochs(0.5).withBatchSize(10);
        Cell cell = new Cell("synthetic", 40, 10, 10, "resnet_micro", "plain", List.of(recipe), 0);
        Path file = Files.writeString(folder.resolve("cell.json"), cell.json());
        assertEquals(0, run("run", file.toString(), "--results", results()).code);
        return folder.resolve("results").resolve(cell.id() + ".json");
    }

    @Test
    void againTrainsTheCellOfARowAndFindsItEqual() throws IOException {
        Path row = trained();
        String written = Files.readString(row);
        Ran same = run("run", "--again", row.toString());
        assertEquals(0, same.code, same.out + same.err);
        assertTrue(same.out.contains("compared bit for bit") && same.out.endsWith("equal\n"), same.out);
        assertEquals(written, Files.readString(row));
        try (Stream<Path> left = Files.list(folder.resolve("results"))) {
            assertEquals(
                    List.of(row.getFileName().toString(), "weights"),
                    left.map(f -> f.getFileName().toString()).sorted().toList(),
                    "neither a row nor a checkpoint is left");
        }
    }

    @Test
    void cellsOfAStudyBecomeFilesThatRunTakes() throws IOException {
        Path row = trained();
        String written = Files.readString(row);
        Path lines = folder.resolve("mine.jsonl");
        assertEquals(0, run("report", "--results", results(), "--add-to", lines.toString()).code);
        Ran list = run("list", "cells", lines.toString(), "--results", results());
        Path file = folder.resolve("results").resolve("cells").resolve(row.getFileName());
        assertEquals(file + "\n", list.out, list.err);
        assertEquals(0, run("run", file.toString(), "--results", results()).code);
        assertEquals(written, Files.readString(row), "finished already: not trained again");
        Path other = folder.resolve("elsewhere");
        assertEquals(
                other.resolve(row.getFileName()) + "\n",
                run("list", "cells", lines.toString(), "--to", other.toString()).out);
        assertRefused(run("list", "cells"), "cells of which study?", "list cells bocb");
        assertRefused(run("list", "cells", "none"), "none.jsonl: no such file");
    }

    @Test
    void againSaysWhichFieldDiffers() throws IOException {
        Path row = trained();
        Row stored = Json.read(Files.readString(row), Row.class, "row");
        String loss = stored.metrics().get("train_loss").toString();
        String changed = Double.toString(Math.nextUp(stored.metrics().get("train_loss")));
        Files.writeString(row, Files.readString(row).replace(loss, changed));
        Ran differs = run("run", "--again", row.toString());
        assertEquals(1, differs.code, differs.out + differs.err);
        assertTrue(differs.out.contains("  metrics.train_loss: stored " + changed + ", again " + loss), differs.out);
        assertFalse(differs.out.contains("metrics.val_loss"), differs.out);
        String processor = stored.provenance().get("processor");
        Files.writeString(row, Files.readString(row).replace(processor, "another processor"));
        Ran elsewhere = run("run", "--again", row.toString());
        assertEquals(0, elsewhere.code, elsewhere.out + elsewhere.err);
        assertTrue(elsewhere.out.contains("compared within 0.05"), elsewhere.out);
        assertTrue(elsewhere.out.contains("  provenance.processor: stored another processor"), elsewhere.out);
        assertEquals(1, run("run", "--again", row.toString(), "--tolerance", "0").code);
    }

    @Test
    void againRefusesWhatIsNoRow() throws IOException {
        assertRefused(run("run", "--again", folder.resolve("none.json").toString()), "none.json", "no such file");
        Path file = Files.writeString(folder.resolve("row.json"), "{\"id\":\"1\"}");
        assertRefused(run("run", "--again", file.toString()), "row.json", "a row lacks its");
        Path row = trained();
        Files.writeString(row, Files.readString(row).replace("\\\"seed\\\":0", "\\\"seed\\\":1"));
        assertRefused(run("run", "--again", row.toString()), "its cell has the id", "edited");
        assertRefused(run("run", "--again", row.toString(), file.toString()), "both a cell and --again");
        assertRefused(run("run", "--again", row.toString(), "--tolerance", "-1"), "tolerance is -1.0");
    }

    @Test
    void reportOfAnEmptyFolderIsAHeaderAndWritesNothing() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("results"));
        // Even a file that is there for a moment would change the folder's time.
        FileTime before = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(empty, before);
        Ran report = run("report", "--results", results());
        assertEquals(0, report.code, report.err);
        assertEquals(1, report.out.lines().count(), report.out);
        assertEquals(before, Files.getLastModifiedTime(empty));
    }

    @Test
    void reportOfAMissingFolderMakesNone() {
        assertRefused(run("report", "--results", results()), results(), "is not there");
        assertFalse(Files.exists(folder.resolve("results")));
    }

    @Test
    void imagesTooSmallForABackboneAreRefused() throws IOException {
        Recipe recipe = Recipe.supervised().withEpochs(0.5).withBatchSize(10);
        Cell cell = new Cell("synthetic@4", 40, 10, 10, "alexnet_micro", "plain", List.of(recipe), 0);
        Path file = Files.writeString(folder.resolve("cell.json"), cell.json());
        assertRefused(run("run", file.toString(), "--results", results()), "4 x 4", "needs at least 17 x 17");
    }

    @Test
    void anArgumentWithAnAtIsNoFileOfArguments() throws IOException {
        Path file = Files.writeString(folder.resolve("words"), "list backbones");
        assertRefused(run("@" + file), "@" + file);
    }

    @Test
    void controlCharactersOfAnArgumentDoNotReachTheTerminal() {
        assertRefused(run("list", "\u001b]0;title\u0007"), "cannot list \"\\u001b]0;title\\u0007\"");
    }
}
