package org.backbonelab.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.io.Spelling;

/**
 * The list of optimizers: BOCB's twenty (arXiv 2410.06373, section 2), variants of them, and some that came after the paper.
 *
 * <p>A plain name is the correct published algorithm. A name ending in {@code _bocb} is what the study's released code
 * does where that differs; {@link Entry#bocb} leads there. Default learning rates and decays are the modes of BOCB's tuned
 * values over its backbones (CIFAR-100, batch 100), unless the entry's source says otherwise. What came after has its
 * authors' defaults, and a category by the paper's definitions that is not the paper's own.
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
     * @param name unique
     * @param category (a) momentum only, (b) second moments, (c) other estimates, (d) no momentum
     * @param learningRate default
     * @param weightDecay default
     * @param source of the algorithm
     * @param factory builds it
     * @param isOfBocb whether it is one of BOCB's twenty, not a variant and not of a later paper
     */
    public record Entry(
            String name,
            char category,
            double learningRate,
            double weightDecay,
            String source,
            Factory factory,
            boolean isOfBocb) {
        /** Tells whether norms and biases are decayed too, as BOCB's configurations of the SGD family do. */
        public boolean decaysAll() {
            return name.equals("sgd") || name.equals("sgdp");
        }

        /** Returns the entry that does what BOCB's released code does; mostly this one. */
        public Entry bocb() {
            return ALL.getOrDefault(name + "_bocb", this);
        }
    }

    private static final Map<String, Entry> ALL = new LinkedHashMap<>();

    static {
        twenty("sgd", 'a', 0.1, 1e-4, "torch.optim.SGD, momentum 0.9", (lr, wd) -> new Sgd(lr, wd, false));
        twenty("sgdp", 'a', 0.1, 1e-4, "Heo et al., ICLR 2021", Sgdp::new);
        twenty("lion", 'a', 1e-4, 0, "Chen et al., arXiv 2302.06675", Lion::new);
        twenty("adam", 'b', 5e-4, 1e-8, "Kingma and Ba, ICLR 2015", Adam::new);
        twenty("adamax", 'b', 1e-3, 1e-4, "Kingma and Ba, ICLR 2015", Adamax::new);
        twenty("nadam", 'b', 5e-4, 0, "Dozat, ICLR workshop 2016", NAdam::new);
        twenty("adamw", 'b', 5e-4, 0.05, "Loshchilov and Hutter, ICLR 2019", (lr, wd) -> new AdamW(lr, wd, 0.9, 0.999));
        twenty("lamb", 'b', 5e-3, 0.05, "You et al., ICLR 2020", (lr, wd) -> new Lamb(lr, wd, false));
        twenty("radam", 'b', 1e-3, 1e-8, "Liu et al., ICLR 2020", (lr, wd) -> new RAdam(lr, wd, false));
        twenty("adamp", 'b', 1e-3, 0.05, "Heo et al., ICLR 2021", AdamP::new);
        twenty("adan", 'b', 2e-3, 0.05, "Xie et al., arXiv 2208.06677", Adan::new);
        twenty("lars", 'c', 1.2, 1e-6, "You et al., arXiv 1708.03888", (lr, wd) -> new Lars(lr, wd, true));
        twenty(
                "adafactor",
                'c',
                1e-2,
                0,
                "Shazeer and Stern, ICML 2018, with its relative step of 0.01",
                (lr, wd) -> new AdaFactor(lr, wd, true));
        twenty("adabound", 'c', 5e-4, 1e-4, "Luo et al., ICLR 2019", AdaBound::new);
        twenty("adabelief", 'c', 5e-3, 0.01, "Zhuang et al., NeurIPS 2020", (lr, wd) -> new AdaBelief(lr, wd, 1e-16));
        twenty("novograd", 'c', 2e-3, 0.01, "Ginsburg et al., arXiv 1905.11286", NovoGrad::new);
        twenty("sophia", 'c', 1e-4, 0.1, "Liu et al., arXiv 2305.14342", (lr, wd) -> new Sophia(lr, wd, false));
        twenty("adagrad", 'd', 5e-4, 1e-4, "Duchi et al., JMLR 2011", AdaGrad::new);
        twenty("adadelta", 'd', 2, 0, "Zeiler, arXiv 1212.5701", AdaDelta::new);
        twenty("rmsprop", 'd', 5e-4, 0, "Hinton, lecture 6e, 2012", RmsProp::new);
        other("sgd_nesterov", 'a', 0.1, 1e-4, "torch.optim.SGD, nesterov", (lr, wd) -> new Sgd(lr, wd, true));
        other("adamw_mae", 'b', 1.5e-4, 0.05, "AdamW, betas 0.9, 0.95", (lr, wd) -> new AdamW(lr, wd, 0.9, 0.95));
        other("lamb_bocb", 'b', 5e-3, 0.05, "BOCB's released code", (lr, wd) -> new Lamb(lr, wd, true));
        other("radam_bocb", 'b', 1e-3, 1e-8, "BOCB's released code", (lr, wd) -> new RAdam(lr, wd, true));
        other("lars_bocb", 'c', 0.1, 1e-4, "BOCB's released code, at SGD's rate", (lr, wd) -> new Lars(lr, wd, false));
        other("adafactor_bocb", 'c', 5e-4, 0.01, "BOCB's released code", (lr, wd) -> new AdaFactor(lr, wd, false));
        other("adabelief_bocb", 'c', 5e-3, 0.01, "BOCB's released code", (lr, wd) -> new AdaBelief(lr, wd, 1e-8));
        other("sophia_bocb", 'c', 1e-4, 0.1, "BOCB's released code", (lr, wd) -> new Sophia(lr, wd, true));
        other("prodigy", 'b', 1, 0, "Mishchenko and Defazio, arXiv 2306.06101", Prodigy::new);
        other("muon", 'a', 0.02, 0.01, "Jordan et al., 2024, github.com/KellerJordan/Muon", Muon::new);
        other("soap", 'c', 3e-3, 0.01, "Vyas et al., arXiv 2409.11321", Soap::new);
        other("schedulefree_adamw", 'b', 2.5e-3, 0, "Defazio et al., arXiv 2405.15682", ScheduleFreeAdamW::new);
    }

    private Optimizers() {}

    private static void twenty(String name, char category, double lr, double decay, String source, Factory factory) {
        ALL.put(name, new Entry(name, category, lr, decay, source, factory, true));
    }

    private static void other(String name, char category, double lr, double decay, String source, Factory factory) {
        ALL.put(name, new Entry(name, category, lr, decay, source, factory, false));
    }

    /** Returns all names in the order of the list. */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /** Returns BOCB's twenty in the order of its categories. */
    public static List<Entry> bocb() {
        return ALL.values().stream().filter(Entry::isOfBocb).toList();
    }

    /**
     * Returns an entry of the list.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static Entry get(String name) {
        Entry entry = ALL.get(name);
        if (entry == null) {
            throw Spelling.unknown("optimizer", name, names(), "known are " + String.join(", ", names()));
        }
        return entry;
    }
}
