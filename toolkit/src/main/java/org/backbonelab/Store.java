package org.backbonelab;

import java.nio.file.Path;
import org.backbonelab.results.RowStore;
import org.backbonelab.study.ResultsFolder;
import picocli.CommandLine.Option;

/** The option that says where finished cells are. */
final class Store {
    @Option(
            names = "--results",
            description = "folder of finished cells (default: BACKBONELAB_RESULTS or ./backbonelab-results)")
    private Path folder;

    RowStore open() {
        return new RowStore(folder == null ? ResultsFolder.get() : folder);
    }
}
