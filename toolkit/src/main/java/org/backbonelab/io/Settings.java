package org.backbonelab.io;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The environment variables of the toolkit, each named as its constant; nothing else reads the environment.
 *
 * <p>The table in {@code environment/README.md} is {@link #table}.
 */
public enum Settings {
    /** How much each study trains. */
    SCALE(
            "`laptop`",
            "(?i)quick|laptop|paper",
            "quick, laptop or paper",
            "`quick`, `laptop` or `paper`; how much each study trains"),

    /** Where finished cells are kept. */
    BACKBONELAB_RESULTS(
            "`backbonelab-results/<SCALE>`; of the scripts `target/results/<SCALE>`",
            ".+",
            "a folder",
            "folder of finished cells and `<study>.csv`; read back by the next run"),

    /** Whether everything is trained anew. */
    FRESH(
            "`0`",
            "[01]",
            "1 or 0",
            "`1` trains every cell again instead of reading finished ones back; broken off, such a run goes on where it was"),

    /** Number of processes that train. */
    BACKBONELAB_WORKERS(
            "one a core",
            "[0-9]{1,4}",
            "a whole number of 0 or more",
            "processes that train cells, one thread each; `0` trains in the kernel itself"),

    /** Who trains. */
    BACKBONELAB_RUNNER(
            "`processes`, as many as `BACKBONELAB_WORKERS`",
            "serial|processes:[1-9][0-9]{0,3}|[a-z][a-z-]*[:\\[].+",
            "serial, processes:<number>, spark://<host>:<port> or local-cluster[<executors>,1,<megabytes>]",
            "who trains cells: `serial` the kernel itself, `processes:2` processes of this machine, `spark://host:7077` the "
                    + "executors of a Spark cluster, `local-cluster[2,1,3072]` those of a small one within this machine"),

    /** What Spark is told. */
    BACKBONELAB_SPARK(
            "", ".+", "a file", "file of Spark's settings (`spark.<name> <value>`, a line each) for a runner on Spark"),

    /** Number of threads of libtorch. */
    BACKBONELAB_THREADS(
            "all cores", "[1-9][0-9]{0,3}", "a whole number of 1 or more", "libtorch's threads in the kernel itself"),

    /** How often a training leaves a checkpoint. */
    BACKBONELAB_CHECKPOINT_SECONDS(
            "`60`",
            "[0-9]{1,9}(\\.[0-9]{1,9})?",
            "seconds between checkpoints, 0 for every update",
            "seconds between checkpoints of a training; `0` for every update"),

    /** Where rows lie that are read back though the results folder lacks them. */
    BACKBONELAB_COMMITTED(
            "`results` beside the notebook",
            ".+",
            "a folder",
            "folder of committed rows (`<study>.jsonl`), read back where the results folder has none"),

    /** What happens with stored results that do not hold. */
    BACKBONELAB_DAMAGED(
            "`train`",
            "train|refuse",
            "train or refuse",
            "what becomes of stored results that are damaged, changed by hand or of other images: `train` names them and "
                    + "trains their cells again, `refuse` ends with an error"),

    /** Whether the weights of finished cells stay in the results folder. */
    BACKBONELAB_KEEP_WEIGHTS(
            "`1`",
            "[01]",
            "1 or 0",
            "`0` deletes a cell's weights once its measures are taken; a new measure then trains it again"),

    /** Whose images the notebooks' studies train on. */
    DATASET(
            "",
            ".+",
            "a data set",
            "data set that the studies of a notebook take in place of their own, such as `folder:birds@64`"),

    /** Where data sets lie. */
    BACKBONELAB_DATA(
            "", ".+", "a folder", "folder that holds data sets, such as `fashion-mnist/` with its four IDX files"),

    /** How many pixels an image file may have. */
    BACKBONELAB_MAX_PIXELS(
            "`50000000`",
            "[1-9][0-9]{0,9}",
            "a whole number of 1 or more",
            "most pixels of an image file; what says it has more is refused before it is decoded"),

    /** How many bytes an image file may have. */
    BACKBONELAB_MAX_IMAGE_BYTES(
            "`100000000`",
            "[1-9][0-9]{0,9}",
            "a whole number of 1 or more",
            "most bytes of an image file; a longer one is refused before it is read"),

    /** Whether links in a folder of images may lead out of it. */
    BACKBONELAB_LINKS(
            "`inside`",
            "inside|anywhere",
            "inside or anywhere",
            "where links in a folder of images may lead: `inside` it, or `anywhere`"),

    /** Whether figures get static pictures; a system property of this name goes before it. */
    BACKBONELAB_PNG("`on`", "(?i)on|off", "on or off", "`off` makes no static pictures of figures"),

    /** The browser that draws them; a system property of this name goes before it. */
    BACKBONELAB_CHROMIUM("found on PATH", ".+", "a program", "the Chromium that draws the static pictures");

    private final String standard;
    private final String pattern;
    private final String expected;
    private final String meaning;

    Settings(String standard, String pattern, String expected, String meaning) {
        this.standard = standard;
        this.pattern = pattern;
        this.expected = expected;
        this.meaning = meaning;
    }

    /**
     * Returns what is set, or nothing where nothing or only blanks are.
     *
     * @throws IllegalArgumentException if it is not what the variable takes
     */
    public Optional<String> get() {
        String text = System.getenv(name());
        if (this == BACKBONELAB_PNG || this == BACKBONELAB_CHROMIUM) {
            // Notebooks can switch pictures off, but not set a variable of their own process.
            text = System.getProperty(name(), text);
        }
        return checked(text);
    }

    /** Returns what is set, or else the value that stands in the table as the standard. */
    public String orStandard() {
        return get().orElseGet(() -> standard.replace("`", ""));
    }

    /** Returns what a text sets, as {@link #get} does; null and blanks set nothing. */
    public Optional<String> checked(String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        String value = text.trim();
        Checks.require(value.matches(pattern), name(), "\"" + text + "\"", expected);
        if (this == BACKBONELAB_DATA) {
            // A misspelt folder would be passed over in favour of the next place that is searched.
            Checks.require(Files.isDirectory(Path.of(value)), name(), "\"" + text + "\"", "a folder that exists");
        }
        return Optional.of(value);
    }

    /** Returns the folders of the PATH, where programs are looked for. */
    public static List<String> path() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .toList();
    }

    /** Returns the number of the process that started this kernel, as Jupyter tells it; nothing outside one. */
    public static Optional<String> jupyterProcess() {
        return Optional.ofNullable(System.getenv("JPY_PARENT_PID")).map(String::strip);
    }

    /** Returns name, default and meaning of all, as a table in Markdown. */
    public static String table() {
        return Arrays.stream(values())
                .map(s -> "| `" + s.name() + "` | " + (s.standard.isEmpty() ? "" : s.standard + " ") + "| " + s.meaning
                        + " |\n")
                .collect(Collectors.joining("", "| variable | default | meaning |\n| --- | --- | --- |\n", ""));
    }
}
