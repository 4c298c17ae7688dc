package org.backbonelab.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The list of backbones.
 *
 * <p>Names ending in {@code _micro} are small siblings for 28 to 32 pixel images and a two-core processor: the same
 * code with other numbers. The others have their published sizes.
 */
public final class Backbones {
    /** Builds a backbone of one name for given images and drop-path rate. */
    @FunctionalInterface
    public interface Factory {
        /** Builds the network, not yet initialised. */
        Backbone build(ImageSpec spec, double dropPath);
    }

    private static final Map<String, Factory> ALL = new LinkedHashMap<>();

    static {
        resnet("resnet_micro", new ResNet.Config(List.of(16, 32, 64), List.of(1, 1, 1), false, true));
        resnets("resnet18", false, 2, 2, 2, 2);
        resnets("resnet34", false, 3, 4, 6, 3);
        resnets("resnet50", true, 3, 4, 6, 3);
        resnets("resnet101", true, 3, 4, 23, 3);
        resnets("resnet152", true, 3, 8, 36, 3);

        convnext("micro", 2, List.of(32, 64), 2, 2);
        convnext("atto", 4, widths(40), 2, 2, 6, 2);
        convnext("femto", 4, widths(48), 2, 2, 6, 2);
        convnext("pico", 4, widths(64), 2, 2, 6, 2);
        convnext("nano", 4, widths(80), 2, 2, 8, 2);
        convnext("tiny", 4, widths(96), 3, 3, 9, 3);
        convnext("tiny_cifar", 1, widths(96), 3, 3, 9, 3);
        convnext("base", 4, widths(128), 3, 3, 27, 3);
        convnext("large", 4, widths(192), 3, 3, 27, 3);
        convnext("huge", 4, widths(352), 3, 3, 27, 3);

        vit("vit_micro", new Vit.Config(4, 48, 4, 4));
        for (int patch : new int[] {32, 16, 8}) {
            vit("vit_small_patch" + patch, new Vit.Config(patch, 384, 12, 6));
            vit("vit_base_patch" + patch, new Vit.Config(patch, 768, 12, 12));
            vit("vit_large_patch" + patch, new Vit.Config(patch, 1024, 24, 16));
        }
        vit("deit_small_patch16", new Vit.Config(16, 384, 12, 6));

        mixer("mixer_micro", new MlpMixer.Config(4, 64, 4, 32, 256));
        for (int patch : new int[] {32, 16, 8}) {
            mixer("mixer_s" + patch, new MlpMixer.Config(patch, 512, 8, 256, 2048));
            mixer("mixer_b" + patch, new MlpMixer.Config(patch, 768, 12, 384, 3072));
            mixer("mixer_l" + patch, new MlpMixer.Config(patch, 1024, 24, 512, 4096));
        }

        for (int width : new int[] {16, 32, 64}) {
            nfnet("nfnet_micro_w" + width, nfnetMicro(width));
        }
        for (int k = 1; k <= 8; k++) {
            nfnet("dm_nfnet_f" + (k - 1), f(k, 128, 256, 512, 1536, 1536));
            nfnet("dm_nfnet_f" + (k - 1) + "_plus", f(k, 192, 384, 768, 2048, 2048));
        }
    }

    private Backbones() {}

    /** Returns all names in the order of the list. */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /**
     * Builds a backbone, not yet initialised.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static Backbone create(String name, ImageSpec spec, double dropPath) {
        return check(name).build(spec, dropPath);
    }

    /**
     * Returns the factory of a name.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static Factory check(String name) {
        Factory factory = ALL.get(name);
        if (factory == null) {
            throw new IllegalArgumentException(
                    "unknown backbone \"" + name + "\"; known are " + String.join(", ", names()));
        }
        return factory;
    }

    private static void resnet(String name, ResNet.Config config) {
        ALL.put(name, (s, d) -> new ResNet(s, config, d));
    }

    /** The published form and the one for CIFAR. */
    private static void resnets(String name, boolean bottleneck, Integer... depths) {
        resnet(name, ResNet.Config.standard(bottleneck, false, depths));
        resnet(name + "_cifar", ResNet.Config.standard(bottleneck, true, depths));
    }

    /** Both versions of one size. */
    private static void convnext(String size, int patch, List<Integer> dims, Integer... depths) {
        ALL.put(
                "convnext_" + size,
                (s, d) -> new ConvNeXt(s, new ConvNeXt.Config(false, patch, dims, List.of(depths)), d));
        ALL.put(
                "convnextv2_" + size,
                (s, d) -> new ConvNeXt(s, new ConvNeXt.Config(true, patch, dims, List.of(depths)), d));
    }

    private static List<Integer> widths(int first) {
        return List.of(first, 2 * first, 4 * first, 8 * first);
    }

    private static void vit(String name, Vit.Config config) {
        ALL.put(name, (s, d) -> new Vit(s, config, d));
    }

    private static void mixer(String name, MlpMixer.Config config) {
        ALL.put(name, (s, d) -> new MlpMixer(s, config, d));
    }

    private static void nfnet(String name, NfNet.Config config) {
        ALL.put(name, (s, d) -> new NfNet(s, config, d));
    }

    /** A two-stage NFNet for small images: 28 pixels, then 14, then 7. */
    private static NfNet.Config nfnetMicro(int width) {
        return new NfNet.Config(
                List.of(width / 2, width / 2), List.of(1, 2), List.of(width, 2 * width), List.of(1, 2), 8, false);
    }

    /** Depth is a multiple of (1, 2, 6, 3). */
    private static NfNet.Config f(int k, int stem, Integer... widths) {
        return new NfNet.Config(
                List.of(16, 32, 64, stem),
                List.of(2, 1, 1, 2),
                List.of(widths),
                List.of(k, 2 * k, 6 * k, 3 * k),
                128,
                true);
    }
}
