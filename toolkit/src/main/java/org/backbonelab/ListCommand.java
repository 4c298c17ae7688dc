package org.backbonelab;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.backbonelab.data.Datasets;
import org.backbonelab.io.AtomicFile;
import org.backbonelab.measure.Measures;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.results.Row;
import org.backbonelab.study.CommittedRows;
import org.backbonelab.study.Measure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists what there is by name, or the cells of a study as files that the command {@code run} takes. */
@Command(
        name = "list",
        description = {
            "Lists backbones, optimizers, data sets, measures, or the cells of a study.",
            "Of cells, which are those of the study's committed rows, each becomes a file; its path is printed. A cluster's"
                    + " scheduler or xargs hands the paths to the command run."
        })
final class ListCommand implements Callable<Integer> {
    private static final String BACKBONES = "backbones";
    private static final String CELLS = "cells";

    @Parameters(index = "0", description = "backbones, optimizers, datasets, measures or cells")
    private String what;

    @Parameters(
            index = "1",
            arity = "0..1",
            description =
                    "of backbones: a family, a group such as bocb, or a pattern such as resnet*; of cells: the study, or a file of JSON lines")
    private String filter;

    @Option(names = "--to", description = "of cells: folder of the files (default: cells in the results folder)")
    private Path folder;

    @Mixin
    private Store store;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (what.equals(CELLS)) {
            cells(out);
        } else {
            names().forEach(out::println);
        }
        out.flush();
        return 0;
    }

    private Collection<String> names() {
        if (filter != null && !what.equals(BACKBONES)) {
            throw new IllegalArgumentException(
                    "filter \"" + filter + "\" of " + what + ", expected none: only backbones have filters");
        }
        return switch (what) {
            case BACKBONES -> filter == null ? Backbones.names() : Backbones.names(filter);
            case "optimizers" -> Optimizers.names();
            case "datasets" -> Datasets.names();
            case "measures" -> Measures.all().stream().map(Measure::name).toList();
            default ->
                throw new IllegalArgumentException(
                        "cannot list \"" + what + "\", expected backbones, optimizers, datasets, measures or cells");
        };
    }

    private void cells(PrintWriter out) {
        if (filter == null) {
            throw new IllegalArgumentException("cells of which study? expected its name, as in: list cells bocb");
        }
        Path to = folder == null ? store.open().folder().resolve(CELLS) : folder;
        for (Row row : CommittedRows.rows(filter)) {
            Path file = to.resolve(row.id() + ".json");
            AtomicFile.write(file, row.cell());
            out.println(file);
        }
    }
}
