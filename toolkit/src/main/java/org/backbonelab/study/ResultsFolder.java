package org.backbonelab.study;

import java.nio.file.Path;
import org.backbonelab.io.Settings;

/** Where finished cells are kept. */
public final class ResultsFolder {
    private ResultsFolder() {}

    /** Returns BACKBONELAB_RESULTS, or a folder of the scale below the current one. */
    public static Path get() {
        return Settings.BACKBONELAB_RESULTS
                .get()
                .map(Path::of)
                .orElseGet(() -> Path.of("backbonelab-results", Scale.fromEnv().label()));
    }
}
