package org.backbonelab.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * In which numbers matrix products and convolutions run; weights, norms, residuals and losses are float32 always.
 */
public enum Precision {
    /** IEEE single precision. */
    FP32,
    /** bfloat16 inside matrix products and dense convolutions, as autocast does. */
    BF16,
    /** {@link #BF16} where processor or GPU is fast at it, else {@link #FP32}. */
    AUTO;

    /** Returns what runs on this machine: {@link #FP32} or {@link #BF16}. */
    public Precision resolve() {
        if (this != AUTO) {
            return this;
        }
        return Fast.BF16_IS_FAST ? BF16 : FP32;
    }

    /** Tells from the flags of a processor, as Linux lists them, whether it has instructions for bfloat16. */
    static boolean hasBf16(Stream<String> cpuInfo) {
        return cpuInfo.filter(line -> line.startsWith("flags"))
                .limit(1)
                .anyMatch(line -> line.contains(" amx_bf16") || line.contains(" avx512_bf16"));
    }

    /** Looked up once, and only when asked for. */
    private static final class Fast {
        static final boolean BF16_IS_FAST = Torch.device().isGpu() || processor();

        private static boolean processor() {
            try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
                return hasBf16(lines);
            } catch (IOException | UncheckedIOException e) {
                return false;
            }
        }
    }
}
