package org.backbonelab.statistics;

import java.util.List;

/**
 * The learning rates and weight decays that BOCB found best (arXiv 2410.06373, the authors' table of hyper-parameters):
 * CIFAR-100, batch 100, 200 epochs.
 *
 * <p>The authors published them for 14 of the 20 backbones, and for ResNet-101 under two recipes ({@code R-101D} is
 * DeiT's). Values of single optimizers, such as AdaBound's final rate, were tuned too but not published. Some
 * accuracies of the paper's first version may come from other values.
 */
public final class TunedValues {
    private static final List<TunedValue> BOCB = read();

    private TunedValues() {}

    /**
     * The best values of one pair.
     *
     * @param optimizer a name of {@link org.backbonelab.optim.Optimizers}
     * @param backbone the paper's abbreviation
     * @param learningRate of its batch of 100 images
     * @param weightDecay as that optimizer means it, coupled or decoupled
     */
    public record TunedValue(String optimizer, String backbone, double learningRate, double weightDecay) {}

    /** Returns all pairs, 20 optimizers with 16 columns of backbones. */
    public static List<TunedValue> bocb() {
        return BOCB;
    }

    /** Returns the pairs of one optimizer, in the paper's order of backbones; empty for a variant. */
    public static List<TunedValue> bocb(String optimizer) {
        return BOCB.stream().filter(v -> v.optimizer.equals(optimizer)).toList();
    }

    private static List<TunedValue> read() {
        return PublishedTable.read("bocb-tuned.csv").lines().stream()
                .map(f -> new TunedValue(f[0], f[1], Double.parseDouble(f[2]), Double.parseDouble(f[3])))
                .toList();
    }
}
