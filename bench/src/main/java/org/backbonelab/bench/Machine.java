package org.backbonelab.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The facts of the machine and the versions, for the head of the report. */
final class Machine {
    private Machine() {}

    static List<String> facts(int threads) throws IOException {
        List<String> cpu = Files.readAllLines(Path.of("/proc/cpuinfo"));
        List<String> memory = Files.readAllLines(Path.of("/proc/meminfo"));
        String flags = " " + field(cpu, "flags") + " ";
        String fast = Stream.of("avx2", "avx512f", "avx512_bf16", "amx_bf16")
                .filter(f -> flags.contains(" " + f + " "))
                .collect(Collectors.joining(", "));
        long kilobytes = Long.parseLong(field(memory, "MemTotal").replaceAll("\\D", ""));
        return List.of(
                "Processor: " + field(cpu, "model name") + ", family " + field(cpu, "cpu family") + ", model "
                        + field(cpu, "model\t") + ", " + Runtime.getRuntime().availableProcessors() + " cores, " + fast,
                "Memory: " + Math.round(kilobytes / 1048576.0) + " GB; threads: " + threads,
                "Java " + Runtime.version() + ", libtorch and DJL "
                        + property("/jnilib/pytorch.properties", "jni_version") + ", JavaCPP PyTorch "
                        + property("/META-INF/maven/org.bytedeco/pytorch/pom.properties", "version"),
                "Date: " + LocalDate.now(ZoneOffset.UTC) + ", commit " + commit());
    }

    /** Tells whether the processor has matrix units for bfloat16, where libtorch may round float32 products. */
    static boolean hasAmx() {
        try {
            String flags = field(Files.readAllLines(Path.of("/proc/cpuinfo")), "flags");
            return List.of(flags.split(" ", -1)).contains("amx_bf16");
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/cpuinfo cannot be read", e);
        }
    }

    private static String field(List<String> lines, String name) {
        return lines.stream()
                .filter(l -> l.startsWith(name))
                .map(l -> l.substring(l.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    /** Reads a version that a library's jar tells. */
    private static String property(String file, String name) throws IOException {
        try (InputStream in = Machine.class.getResourceAsStream(file)) {
            if (in == null) {
                return "unknown";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty(name, "unknown");
        }
    }

    private static String commit() throws IOException {
        Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*").start();
        String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "unknown" : text;
    }
}
