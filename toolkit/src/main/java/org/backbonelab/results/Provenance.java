package org.backbonelab.results;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Where a number comes from: code, versions, machine. */
public final class Provenance {
    private static final String COMMIT = commit();

    private static final String PROCESSOR = processor();

    private Provenance() {}

    /**
     * Returns what is known of this JVM, with the caller's own entries added.
     *
     * @param more versions of libraries, threads, data checksum
     */
    public static Map<String, String> capture(Map<String, String> more) {
        Map<String, String> out = new TreeMap<>(more);
        out.put("git_commit", COMMIT);
        out.put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
        out.put("jvm", System.getProperty("java.vm.name"));
        out.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        out.put("processor", PROCESSOR);
        return out;
    }

    /**
     * Returns the processor's name, family and model where the system tells them: equal bits are promised on equal
     * processors only, and on a virtual machine generations with other instructions share a name.
     */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            Map<String, String> first = new TreeMap<>();
            lines.takeWhile(line -> !line.isBlank()).forEach(line -> {
                String[] parts = line.split(":", 2);
                first.put(parts[0].trim(), parts[parts.length - 1].trim());
            });
            String name = first.getOrDefault("model name", "unknown");
            String family = first.get("cpu family");
            return family == null ? name : name + " (family " + family + ", model " + first.get("model") + ")";
        } catch (IOException | UncheckedIOException e) {
            return "unknown";
        }
    }

    /**
     * Returns the commit that the classes were built from, as the build has written it beside them; asking git would tell
     * of the caller's folder. {@code +changes} follows where the work tree had some.
     */
    private static String commit() {
        Properties built = new Properties();
        try (InputStream in = Provenance.class.getResourceAsStream("/org/backbonelab/git.properties")) {
            if (in == null) {
                return "unknown";
            }
            built.load(in);
        } catch (IOException e) {
            return "unknown";
        }
        String id = built.getProperty("git.commit.id.full", "unknown");
        return id + (Boolean.parseBoolean(built.getProperty("git.dirty")) ? "+changes" : "");
    }
}
