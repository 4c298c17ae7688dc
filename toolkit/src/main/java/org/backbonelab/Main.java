package org.backbonelab;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.DiskFullException;
import org.backbonelab.io.Messages;
import org.backbonelab.measure.Measures;
import org.backbonelab.model.weights.PublishedWeights;
import org.backbonelab.results.RowLines;
import org.backbonelab.results.RowStore;
import org.backbonelab.results.Tables;
import org.backbonelab.study.WorkerLoop;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: what a process runner, a cluster's scheduler or a person at a terminal calls. */
@Command(
        name = "backbonelab",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        version = "Backbone Lab 0.1.0",
        description = "Reproducible studies of vision backbones.",
        subcommands = {
            ListCommand.class,
            RunCommand.class,
            Main.Report.class,
            Main.Download.class,
            Main.Weights.class,
            Main.WorkerCommand.class
        })
public final class Main {
    /** 128 + 15, as a shell reports a process that SIGTERM has ended. */
    private static final int TERMINATED = 143;

    @Spec
    CommandSpec spec;

    private Main() {}

    /** Runs a command; exits with 2 and one sentence for bad input. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    static int execute(String... args) {
        CommandLine line = new CommandLine(new Main());
        // An argument is what it says; picocli would read more of them from a file that @ names.
        line.setExpandAtFiles(false);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            if (e instanceof IllegalArgumentException || e instanceof DataException) {
                command.getErr().println(Messages.printable(String.valueOf(e.getMessage())));
                return CommandLine.ExitCode.USAGE;
            }
            if (e instanceof DiskFullException) {
                command.getErr().println(e.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
            }
            if (e instanceof CancellationException) {
                return TERMINATED;
            }
            throw e;
        });
        line.setParameterExceptionHandler((e, ignored) -> {
            Set<String> commands = e.getCommandLine().getSubcommands().keySet();
            String expected = commands.isEmpty() ? "" : ", expected one of " + String.join(", ", commands);
            e.getCommandLine().getErr().println(Messages.printable(e.getMessage()) + expected);
            return CommandLine.ExitCode.USAGE;
        });
        if (args.length == 0) {
            line.usage(line.getErr());
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(args);
    }

    @Command(
            name = "report",
            description = "Prints the finished cells of a folder as CSV, or adds them to a file of JSON lines.")
    static final class Report implements Callable<Integer> {
        @Mixin
        private Store store;

        @Option(
                names = "--add-to",
                description = "file of JSON lines (<study>.jsonl) that gets the cells; those it has are replaced")
        private Path file;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (file != null) {
                RowStore rows = store.reading();
                int added = RowLines.add(
                        rows.all().stream()
                                .map(row -> new RowLines.Line(row, rows.measured(row.id())))
                                .toList(),
                        file);
                spec.commandLine().getOut().println(added + " cells added to " + file);
                return 0;
            }
            java.io.StringWriter text = new java.io.StringWriter();
            Tables.of("report", store.reading().all()).write().csv(text);
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    @Command(name = "download", description = "Downloads a data set into the cache, checks it, prints its folder.")
    static final class Download implements Callable<Integer> {
        @Parameters(completionCandidates = Names.class, description = "one of ${COMPLETION-CANDIDATES}")
        private String dataset;

        @Option(names = "--to", description = "folder (default: the cache of this user)")
        private Path folder;

        @Spec
        private CommandSpec spec;

        /** What the help lists. */
        private static final class Names implements Iterable<String> {
            @Override
            public Iterator<String> iterator() {
                return Datasets.downloadable().iterator();
            }
        }

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(Datasets.download(dataset, folder));
            return 0;
        }
    }

    @Command(name = "weights", description = "Downloads timm's weights of a network into the cache, prints the file.")
    static final class Weights implements Callable<Integer> {
        @Parameters(description = "timm's name, such as resnet50.a1_in1k")
        private String name;

        @Option(names = "--to", description = "folder (default: the cache of this user)")
        private Path folder;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(PublishedWeights.download(name, folder));
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
