package org.backbonelab.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * PyTorch in Python: who runs the scripts of {@code bench/python}.
 *
 * @param interpreter a Python that has torch; {@code bench.sh python} makes one
 * @param scripts the folder of the scripts
 */
record Python(Path interpreter, Path scripts) implements Contest.Starter {
    /** Names of contenders in Python begin with it. */
    static final String PREFIX = "python";

    /**
     * What PyTorch's tuning guide reaches with another allocator, by glibc's own settings: freed memory stays with the
     * process, so that the next step's tensors need no new pages.
     */
    private static final Map<String, String> KEEP_MEMORY =
            Map.of("MALLOC_MMAP_MAX_", "0", "MALLOC_TRIM_THRESHOLD_", String.valueOf(1L << 40));

    /** Starts a contender: a process of Python if its name begins with {@code python}, a JVM if not. */
    @Override
    public ChildProcess start(String contender, Task task, int threads) {
        if (!contender.startsWith(PREFIX)) {
            return ChildProcess.start(contender, task, threads);
        }
        List<String> command = command(
                "steps.py",
                contender,
                task.id(),
                String.valueOf(threads),
                Values.of(task).toString());
        boolean keep = List.of(contender.split("-", -1)).contains("malloc");
        return ChildProcess.start(contender, task, threads, command, keep ? KEEP_MEMORY : Map.of());
    }

    /** Returns the command line of one of the scripts. */
    List<String> command(String script, String... arguments) {
        List<String> out = new ArrayList<>(
                List.of(interpreter.toString(), scripts.resolve(script).toString()));
        out.addAll(List.of(arguments));
        return out;
    }

    /**
     * Returns the versions of Python and torch, for the report.
     *
     * @throws IllegalArgumentException if there is no such interpreter or it has no torch
     */
    String versions() {
        if (!Files.isExecutable(interpreter)) {
            throw new IllegalArgumentException("there is no Python at " + interpreter
                    + "; \"environment/bench.sh python\" makes it, --python=PATH names another that has torch");
        }
        String code =
                "import platform, torch; print('Python', platform.python_version() + ', torch', torch.__version__)";
        try {
            Process process = new ProcessBuilder(interpreter.toString(), "-W", "ignore", "-c", code)
                    .redirectErrorStream(true)
                    .start();
            String text;
            try (InputStream in = process.getInputStream()) {
                text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
            if (process.waitFor() != 0) {
                throw new IllegalArgumentException(interpreter + " cannot import torch:\n" + text);
            }
            return text;
        } catch (IOException e) {
            throw new IllegalArgumentException(interpreter + " cannot be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + interpreter + " started", e);
        }
    }
}
