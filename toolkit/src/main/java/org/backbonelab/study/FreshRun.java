package org.backbonelab.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.backbonelab.io.Settings;

/**
 * A run that trains everything anew ({@code FRESH=1}), and goes on where it was when it is broken off.
 *
 * <p>A file in the results folder says which cells it has trained and which of its studies have ended. When all have, the
 * run is over as soon as the process ends, and the next one begins anew; one that was broken off in a study is continued by the
 * next process. Within a process it goes on for ever: a study that runs twice in a notebook is read back, and the studies
 * of a notebook share their cells.
 */
final class FreshRun {
    static final String FILE = "fresh-run.txt";

    private static final String BEGUN = "begun ";
    private static final String ENDED = "ended ";
    private static final String TRAINED = "trained ";
    private static final Map<Path, FreshRun> RUNS = new HashMap<>();

    private final Path file;
    private final Set<String> trained = new HashSet<>();
    private final Set<String> open = new HashSet<>();

    private FreshRun(Path folder) {
        file = folder.resolve(FILE);
    }

    /** Tells whether everything shall be trained anew. */
    static boolean isAsked() {
        return Settings.FRESH.orStandard().equals("1");
    }

    /** Returns the run of this process in a results folder, if everything shall be trained anew. */
    static Optional<FreshRun> asked(Path folder) {
        return isAsked() ? Optional.of(in(folder)) : Optional.empty();
    }

    private static synchronized FreshRun in(Path folder) {
        return RUNS.computeIfAbsent(folder.toAbsolutePath().normalize(), FreshRun::open);
    }

    /** Continues the run of a folder that was broken off, or begins one. */
    static FreshRun open(Path folder) {
        FreshRun run = new FreshRun(folder);
        try {
            if (Files.exists(run.file)) {
                Files.readAllLines(run.file).forEach(run::take);
            }
            if (run.open.isEmpty()) {
                run.trained.clear();
                Files.deleteIfExists(run.file);
                deleteCheckpoints(folder);
            }
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(run.file + " cannot be read; delete it to train everything anew", e);
        }
    }

    private void take(String line) {
        if (line.startsWith(BEGUN)) {
            open.add(line.substring(BEGUN.length()));
        } else if (line.startsWith(ENDED)) {
            open.remove(line.substring(ENDED.length()));
        } else if (line.startsWith(TRAINED)) {
            trained.add(line.substring(TRAINED.length()));
        }
    }

    private static void deleteCheckpoints(Path folder) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + CellTrainer.FRESH_CHECKPOINT + "*")) {
            for (Path checkpoint : left) {
                Files.deleteIfExists(checkpoint);
            }
        }
    }

    /** Says that a study begins. */
    void begin(String study) {
        tell(BEGUN + study);
    }

    /** Says that a study has all its cells. */
    void end(String study) {
        tell(ENDED + study);
    }

    /** Says that a cell is trained. */
    void trained(String id) {
        tell(TRAINED + id);
    }

    /** Tells whether this run has trained a cell. */
    synchronized boolean hasTrained(String id) {
        return trained.contains(id);
    }

    private synchronized void tell(String line) {
        take(line);
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }
}
