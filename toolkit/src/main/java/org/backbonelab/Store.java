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
        return new RowStore(path());
    }

    /** Opens what is there already, to read it. */
    RowStore reading() {
        return RowStore.reading(path());
    }

    private Path path() {
        return folder == null ? ResultsFolder.get() : folder;
    }
}
