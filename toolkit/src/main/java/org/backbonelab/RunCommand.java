package org.backbonelab;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.io.Json;
import org.backbonelab.measure.Measures;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowComparison;
import org.backbonelab.results.RowStore;
import org.backbonelab.results.Tables;
import org.backbonelab.study.Cell;
import org.backbonelab.study.CellTrainer;
import org.backbonelab.study.CommittedRows;
import org.backbonelab.study.Task;
import org.backbonelab.tensor.Torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tech.tablesaw.columns.Column;

/** Trains one cell and prints its row, or trains the cell of a stored row again and compares. */
@Command(
        name = "run",
        description = {
            "Trains one cell, unless it is finished, and prints its row.",
            "A cell that was broken off is continued from its last checkpoint. Told to end (SIGTERM), it finishes the"
                    + " batch, writes a checkpoint and exits with 143.",
            "With --again, trains the cell of a stored row and compares: exit code 0 if equal, 1 if not."
        })
final class RunCommand implements Callable<Integer> {
    private static final Pattern COMMITTED = Pattern.compile("([A-Za-z0-9_-]+):([0-9a-f]{16}|cheapest)");

    @Parameters(arity = "0..1", description = "a cell as JSON file; without it the options below make one")
    private Path cellFile;

    @Option(
            names = "--again",
            paramLabel = "ROW",
            description = {
                "train the cell of a row again and compare, bit for bit on the same machine: a row as JSON file, or a"
                        + " committed one as <study>:<id>",
                "<study>:cheapest takes the one that took the least time"
            })
    private String again;

    @Option(
            names = "--tolerance",
            defaultValue = "0.05",
            description = "on another machine: allowed |stored - again| / max(1, |stored|) (default: ${DEFAULT-VALUE})")
    private double tolerance;

    @Option(names = "--data", defaultValue = "fashion-mnist")
    private String data;

    @Option(names = "--backbone", defaultValue = "resnet_micro")
    private String backbone;

    @Option(names = "--optimizer", defaultValue = "sgd")
    private String optimizer;

    @Option(names = "--lr", description = "learning rate (default: the optimizer's)")
    private Double lr;

    @Option(names = "--rho", defaultValue = "0", description = "radius of SAM, 0 for the plain step")
    private double rho;

    @Option(names = "--epochs", defaultValue = "5")
    private double epochs;

    @Option(names = "--images", defaultValue = "2000", description = "training images")
    private int images;

    @Option(names = "--seed", defaultValue = "0")
    private long seed;

    @Mixin
    private Store store;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (again != null) {
            return compare();
        }
        Cell cell = cellFile == null ? fromOptions() : Cell.parse(read(cellFile, "cell"));
        RowStore rows = store.open();
        AtomicFile.tidy(rows.folder());
        Row row = new CellTrainer(Measures.all()).complete(Task.fromEnv(cell), rows, at -> {});
        PrintWriter out = spec.commandLine().getOut();
        out.println(cell.label());
        for (Column<?> column : Tables.of(cell.label(), List.of(row)).columns()) {
            out.printf("%-20s %s%n", column.name(), column.getUnformattedString(0));
        }
        out.flush();
        return 0;
    }

    private static String read(Path file, String what) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + ": no such file, expected a " + what + " as JSON");
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": not UTF-8 text, expected a " + what + " as JSON", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private Cell fromOptions() {
        Recipe recipe =
                Recipe.supervised().withOptimizer(optimizer).withEpochs(epochs).withRho(rho);
        if (lr != null) {
            recipe = recipe.withLr(lr);
        }
        return new Cell(data, images, 1000, 1000, backbone, "plain", List.of(recipe), seed);
    }

    private int compare() {
        if (cellFile != null) {
            throw new IllegalArgumentException("both a cell and --again were given, expected one of them");
        }
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException("tolerance is " + tolerance + ", expected 0 or more");
        }
        Row stored = stored();
        Cell cell = Cell.parse(stored.cell());
        if (!cell.id().equals(stored.id())) {
            throw new IllegalArgumentException(again + ": its cell has the id " + cell.id() + ", but the row says "
                    + stored.id() + "; it was edited, or written by another version");
        }
        threads(stored);
        Row row = new CellTrainer(Measures.all()).train(cell);
        RowComparison found = RowComparison.of(stored, row, tolerance);
        PrintWriter out = spec.commandLine().getOut();
        out.println(cell.label());
        out.println("code: stored " + stored.provenance().get("git_commit") + ", again "
                + row.provenance().get("git_commit"));
        out.println(
                found.isSameMachine()
                        ? "same machine, versions and threads: compared bit for bit"
                        : "another machine, version or thread count: compared within " + tolerance);
        found.machine().forEach(d -> out.println("  " + d));
        out.println(found.isEqual() ? "equal" : "differs in");
        found.differences().forEach(d -> out.println("  " + d));
        out.flush();
        return found.isEqual() ? 0 : 1;
    }

    private Row stored() {
        Matcher committed = COMMITTED.matcher(again);
        return committed.matches()
                ? CommittedRows.row(committed.group(1), committed.group(2))
                : Json.read(read(Path.of(again), "row"), Row.class, again);
    }

    /** Rows of worker processes come from one thread: their bits are those of one thread. */
    private static void threads(Row stored) {
        String threads = stored.provenance().getOrDefault("threads", "");
        if (threads.matches("[1-9][0-9]{0,3}")) {
            Torch.setThreads(
                    Math.min(Integer.parseInt(threads), Runtime.getRuntime().availableProcessors()));
        }
    }
}
