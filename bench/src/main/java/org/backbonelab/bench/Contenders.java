package org.backbonelab.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.tensor.Precision;

/** The list of contenders. */
final class Contenders {
    /** Builds a contender in its own process. */
    @FunctionalInterface
    interface Factory {
        Contender open(Task task, int threads);
    }

    private static final Map<String, Factory> ALL = new LinkedHashMap<>();

    static {
        ALL.put("javacpp", (task, threads) -> new JavaCpp(task, "openblas", false, threads));
        ALL.put("javacpp-cl", (task, threads) -> new JavaCpp(task, "openblas", true, threads));
        ALL.put("javacpp-mkl", (task, threads) -> new JavaCpp(task, "mkl", false, threads));
        ALL.put("javacpp-mkl-cl", (task, threads) -> new JavaCpp(task, "mkl", true, threads));
        ALL.put("djl", (task, threads) -> task == Task.ADAMW ? UpdateAlone.stock(threads) : new Stock(task, threads));
        ALL.put("script", (task, threads) -> new Script(task, false, false, threads));
        ALL.put("script-cl", (task, threads) -> new Script(task, true, false, threads));
        ALL.put("script-bf16", (task, threads) -> new Script(task, false, true, threads));
        ALL.put("script-bf16-cl", (task, threads) -> new Script(task, true, true, threads));
        ALL.put("ours", (task, threads) -> switch (task) {
            case ADAMW -> UpdateAlone.ours(threads);
            case CELL -> new WholeCell(threads);
            default -> new Ours(task, Precision.FP32, threads);
        });
        ALL.put("ours-bf16", (task, threads) -> new Ours(task, Precision.BF16, threads));
    }

    private Contenders() {}

    /**
     * Returns the factory of a name.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    static Factory get(String name) {
        Factory factory = ALL.get(name);
        if (factory == null) {
            throw new IllegalArgumentException(
                    "unknown contender \"" + name + "\"; known are " + String.join(", ", ALL.keySet()));
        }
        return factory;
    }
}
