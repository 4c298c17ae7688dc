package org.backbonelab;

import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.backbonelab.analysis.Measures;
import org.backbonelab.data.DataException;
import org.backbonelab.data.Datasets;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.results.Row;
import org.backbonelab.results.RowStore;
import org.backbonelab.results.Tables;
import org.backbonelab.study.Cell;
import org.backbonelab.study.CellTrainer;
import org.backbonelab.study.Study;
import org.backbonelab.study.WorkerLoop;
import org.backbonelab.train.Recipe;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tech.tablesaw.columns.Column;

/** The command line: what a process runner, a cluster's scheduler or a person at a terminal calls. */
@Command(
        name = "backbonelab",
        mixinStandardHelpOptions = true,
        version = "Backbone Lab 0.1.0",
        description = "Reproducible studies of vision backbones.",
        subcommands = {
            Main.ListNames.class,
            Main.Run.class,
            Main.Report.class,
            Main.Download.class,
            Main.WorkerCommand.class
        })
public final class Main {
    @Spec
    CommandSpec spec;

    private Main() {}

    /** Runs a command; exits with 2 and one sentence for bad input. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    static int execute(String... args) {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            if (e instanceof IllegalArgumentException || e instanceof DataException) {
                command.getErr().println(e.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            throw e;
        });
        line.setParameterExceptionHandler((e, ignored) -> {
            e.getCommandLine().getErr().println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        });
        if (args.length == 0) {
            line.usage(line.getErr());
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(args);
    }

    /** Where finished cells are. */
    static final class Store {
        @Option(
                names = "--results",
                description = "folder of finished cells (default: BACKBONELAB_RESULTS or ./backbonelab-results)")
        private Path folder;

        RowStore open() {
            return new RowStore(folder == null ? Study.resultsFolder() : folder);
        }
    }

    @Command(name = "list", description = "Lists backbones, optimizers, data sets or measures.")
    static final class ListNames implements Callable<Integer> {
        @Parameters(description = "backbones, optimizers, datasets or measures")
        private String what;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            var names =
                    switch (what) {
                        case "backbones" -> Backbones.names();
                        case "optimizers" -> Optimizers.names();
                        case "datasets" -> Datasets.names();
                        case "measures" ->
                            Measures.all().stream().map(m -> m.name()).toList();
                        default ->
                            throw new IllegalArgumentException("cannot list \"" + what
                                    + "\", expected backbones, optimizers, datasets or measures");
                    };
            names.forEach(spec.commandLine().getOut()::println);
            return 0;
        }
    }

    @Command(name = "run", description = "Trains one cell, unless it is finished, and prints its row.")
    static final class Run implements Callable<Integer> {
        @Parameters(arity = "0..1", description = "a cell as JSON file; without it the options below make one")
        private Path cellFile;

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
        public Integer call() throws Exception {
            Cell cell = cellFile == null ? fromOptions() : fromFile();
            RowStore rows = store.open();
            Row row = rows.find(cell.id()).orElse(null);
            if (row == null) {
                row = new CellTrainer(Measures.all()).train(cell);
                rows.put(row);
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(cell.label());
            for (Column<?> column : Tables.of(cell.label(), List.of(row)).columns()) {
                out.printf("%-20s %s%n", column.name(), column.getUnformattedString(0));
            }
            out.flush();
            return 0;
        }

        private Cell fromFile() throws java.io.IOException {
            if (!Files.isRegularFile(cellFile)) {
                throw new IllegalArgumentException(cellFile + ": no such file, expected a cell as JSON");
            }
            try {
                return Cell.parse(Files.readString(cellFile));
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException(cellFile + ": not UTF-8 text, expected a cell as JSON", e);
            }
        }

        private Cell fromOptions() {
            Recipe recipe = Recipe.supervised()
                    .withOptimizer(optimizer)
                    .withEpochs(epochs)
                    .withRho(rho);
            if (lr != null) {
                recipe = recipe.withLr(lr);
            }
            return new Cell(data, images, 1000, 1000, backbone, "plain", List.of(recipe), seed, List.of());
        }
    }

    @Command(name = "report", description = "Prints the finished cells of a folder as CSV.")
    static final class Report implements Callable<Integer> {
        @Mixin
        private Store store;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            java.io.StringWriter text = new java.io.StringWriter();
            Tables.of("report", store.open().all()).write().csv(text);
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    @Command(name = "download", description = "Downloads a data set into the cache, checks it, prints its folder.")
    static final class Download implements Callable<Integer> {
        @Parameters(description = "fashion-mnist, mnist, cifar-10, cifar-100 or cifar-100-coarse")
        private String dataset;

        @Option(names = "--to", description = "folder (default: the cache of this user)")
        private Path folder;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(Datasets.download(dataset, folder));
            return 0;
        }
    }

    @Command(name = "worker", hidden = true, description = "Trains cells that come in on standard input.")
    static final class WorkerCommand implements Callable<Integer> {
        @Mixin
        private Store store;

        @Override
        public Integer call() throws Exception {
            WorkerLoop.serve(System.in, System.out, store.open(), Measures.all());
            return 0;
        }
    }
}
