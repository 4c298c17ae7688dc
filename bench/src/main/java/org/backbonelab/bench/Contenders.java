package org.backbonelab.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.tensor.Precision;
import org.backbonelab.train.objective.Masked;

/** The list of contenders. */
final class Contenders {
    /** Builds a contender in its own process. */
    @FunctionalInterface
    interface Factory {
        Contender open(Task task, int threads);
    }

    private static final Map<String, Factory> ALL = new LinkedHashMap<>();

    static {
        ALL.put("javacpp", (task, threads) -> new JavaCpp(task, false, threads));
        ALL.put("javacpp-cl", (task, threads) -> new JavaCpp(task, true, threads));
        ALL.put("djl", (task, threads) -> task == Task.ADAMW ? UpdateAlone.stock(threads) : new Stock(task, threads));
        script("script", new Script.Form(false, false, false, false));
        script("script-cl", new Script.Form(true, false, false, false));
        script("script-1x1-cl", new Script.Form(true, false, true, false));
        script("script-bf16", new Script.Form(false, true, false, false));
        script("script-bf16-cl", new Script.Form(true, true, false, false));
        script("script-bf16-plain-cl", new Script.Form(true, true, false, true));
        ALL.put("ours", (task, threads) -> switch (task) {
            case ADAMW -> UpdateAlone.ours(threads);
            case CELL -> new WholeCell(threads);
            case DATA32 -> Data.small();
            case DATA224 -> Data.jpeg();
            default -> new Ours(task, Precision.FP32, false, threads);
        });
        ALL.put("packed", (task, threads) -> new MaskedStep(task, Masked.Encoding.PACKED, threads));
        ALL.put("masked", (task, threads) -> new MaskedStep(task, Masked.Encoding.MASKED, threads));
        ALL.put("none", (task, threads) -> UpdateAlone.none(threads));
        Optimizers.names().forEach(name -> ALL.put("ours-" + name, (task, threads) -> UpdateAlone.ours(name, threads)));
        ALL.put("ours-bf16", (task, threads) -> new Ours(task, Precision.BF16, false, threads));
        ALL.put("ours-data", (task, threads) -> new Ours(task, Precision.FP32, true, threads));
        ALL.put("ours-bf16-data", (task, threads) -> new Ours(task, Precision.BF16, true, threads));
    }

    private Contenders() {}

    private static void script(String name, Script.Form form) {
        ALL.put(name, (task, threads) -> new Script(task, form, threads));
    }

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
