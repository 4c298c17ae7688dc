package org.backbonelab.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What decides which of two equal routes through libtorch is the fast one on this processor. */
record Processor(boolean bf16, boolean strangeToMkl) {
    private static final Processor THIS = read();

    /** Returns this machine's. */
    static Processor current() {
        return THIS;
    }

    private static Processor read() {
        try {
            return of(Files.readAllLines(Path.of("/proc/cpuinfo")));
        } catch (IOException e) {
            return new Processor(false, false);
        }
    }

    /** Reads the lines of {@code /proc/cpuinfo}: instructions for bfloat16, and an x86 that is not Intel's. */
    static Processor of(List<String> cpuInfo) {
        String flags = value(cpuInfo, "flags") + " ";
        String vendor = value(cpuInfo, "vendor_id");
        return new Processor(
                flags.contains(" amx_bf16 ") || flags.contains(" avx512_bf16 "),
                !vendor.isEmpty() && !vendor.trim().equals("GenuineIntel"));
    }

    private static String value(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1))
                .findFirst()
                .orElse("");
    }
}
