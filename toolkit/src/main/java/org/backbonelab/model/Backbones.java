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
        ALL.put("resnet_micro", resnet(new int[] {16, 32, 64}, 1, 1, 1));
        ALL.put("convnext_micro", convnext(false, 2, new Integer[] {32, 64}, 2, 2));
        ALL.put("convnextv2_micro", convnext(true, 2, new Integer[] {32, 64}, 2, 2));
        ALL.put("vit_micro", (s, d) -> new Vit(s, new Vit.Config(4, 48, 4, 4), d));
        ALL.put("mixer_micro", (s, d) -> new MlpMixer(s, new MlpMixer.Config(4, 64, 4, 32, 256), d));
        ALL.put("nfnet_micro_w16", nfnetMicro(16));
        ALL.put("nfnet_micro_w32", nfnetMicro(32));
        ALL.put("nfnet_micro_w64", nfnetMicro(64));

        ALL.put("resnet18", resnet(new int[] {64, 128, 256, 512}, 2, 2, 2, 2));
        ALL.put("convnext_atto", convnext(false, 4, new Integer[] {40, 80, 160, 320}, 2, 2, 6, 2));
        ALL.put("convnextv2_atto", convnext(true, 4, new Integer[] {40, 80, 160, 320}, 2, 2, 6, 2));
        ALL.put("vit_small_patch16", (s, d) -> new Vit(s, new Vit.Config(16, 384, 12, 6), d));
        ALL.put("mixer_s16", (s, d) -> new MlpMixer(s, new MlpMixer.Config(16, 512, 8, 256, 2048), d));
        ALL.put("nfnet_f0", (s, d) -> new NfNet(s, f(1), d));
        ALL.put("nfnet_f1", (s, d) -> new NfNet(s, f(2), d));
        ALL.put("nfnet_f3", (s, d) -> new NfNet(s, f(4), d));
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

    private static Factory resnet(int[] widths, int... depths) {
        return (s, d) -> new ResNet(s, widths, depths, d);
    }

    private static Factory convnext(boolean v2, int patch, Integer[] dims, Integer... depths) {
        return (s, d) -> new ConvNeXt(s, ConvNeXt.config(v2, patch, dims, depths), d);
    }

    /** A two-stage NFNet for small images: 28 pixels, then 14, then 7. */
    private static Factory nfnetMicro(int width) {
        NfNet.Config config = new NfNet.Config(
                List.of(width / 2, width / 2), List.of(1, 2), List.of(width, 2 * width), List.of(1, 2), 8);
        return (s, d) -> new NfNet(s, config, d);
    }

    /** Published widths; depth is a multiple of (1, 2, 6, 3). */
    private static NfNet.Config f(int k) {
        return new NfNet.Config(
                List.of(16, 32, 64, 128),
                List.of(2, 1, 1, 2),
                List.of(256, 512, 1536, 1536),
                List.of(k, 2 * k, 6 * k, 3 * k),
                128);
    }
}
