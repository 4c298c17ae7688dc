package org.backbonelab.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The list of optimizers, with the category BOCB (arXiv 2410.06373, section 2) puts each in.
 *
 * <p>The default learning rate and weight decay are the modes of BOCB's tuned values over its backbones (CIFAR-100,
 * batch 100).
 */
public final class Optimizers {
    /** Builds an optimizer. */
    @FunctionalInterface
    public interface Factory {
        /** Builds the optimizer with a learning rate and a weight decay. */
        BaseOptimizer build(double learningRate, double weightDecay);
    }

    /**
     * One optimizer of the list.
     *
     * @param category (a) momentum only, (b) second moments, (c) other estimates, (d) no momentum
     * @param learningRate default
     * @param weightDecay default
     * @param decaysAll whether norms and biases are decayed too, as the study's SGD configuration does
     * @param factory builds it
     */
    public record Entry(char category, double learningRate, double weightDecay, boolean decaysAll, Factory factory) {}

    private static final Map<String, Entry> ALL = new LinkedHashMap<>();

    static {
        ALL.put("sgd", new Entry('a', 0.1, 1e-4, true, (lr, wd) -> new Sgd(lr, wd, false)));
        ALL.put("sgd_nesterov", new Entry('a', 0.1, 1e-4, false, (lr, wd) -> new Sgd(lr, wd, true)));
        ALL.put("lion", new Entry('a', 1e-4, 0, false, Lion::new));
        ALL.put("adamw", new Entry('b', 5e-4, 0.05, false, (lr, wd) -> new AdamW(lr, wd, 0.9, 0.999)));
        ALL.put("adamw_mae", new Entry('b', 1.5e-4, 0.05, false, (lr, wd) -> new AdamW(lr, wd, 0.9, 0.95)));
        ALL.put("lamb", new Entry('b', 5e-3, 0.05, false, Lamb::new));
    }

    private Optimizers() {}

    /** Returns all names in the order of the list. */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /**
     * Returns an entry of the list.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static Entry get(String name) {
        Entry entry = ALL.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "unknown optimizer \"" + name + "\"; known are " + String.join(", ", names()));
        }
        return entry;
    }
}
