package org.backbonelab.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where a number comes from: code, versions, machine. */
public final class Provenance {
    private static final String COMMIT = git("rev-parse", "HEAD");
    private static final boolean DIRTY =
            !git("status", "--porcelain", "--untracked-files=no").isEmpty();

    private static final String PROCESSOR = processor();

    private Provenance() {}

    /**
     * Returns what is known of this JVM, with the caller's own entries added.
     *
     * @param more versions of libraries, threads, data checksum
     */
    public static Map<String, String> capture(Map<String, String> more) {
        Map<String, String> out = new TreeMap<>(more);
        out.put("git_commit", COMMIT.isEmpty() ? "unknown" : COMMIT + (DIRTY ? "+changes" : ""));
        out.put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
        out.put("jvm", System.getProperty("java.vm.name"));
        out.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        out.put("processor", PROCESSOR);
        return out;
    }

    /** Returns the processor's name where the system tells it: equal bits are promised on equal processors only. */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException | UncheckedIOException e) {
            return "unknown";
        }
    }

    /** Returns the trimmed output of a git command, or nothing where git or a repository is missing. */
    private static String git(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean ended = process.waitFor(10, TimeUnit.SECONDS);
            return ended && process.exitValue() == 0 ? text.trim() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
