package org.backbonelab.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.io.Spelling;
import org.backbonelab.layer.ScaledStdConv;

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
    private static final Map<String, String> FAMILIES = new LinkedHashMap<>();

    static {
        List<Integer> alex = List.of(64, 192, 384, 256, 256);
        alexnet("alexnet", new AlexNet.Config(alex, 11, 2, 6, 4096));
        alexnet("alexnet_micro", new AlexNet.Config(List.of(32, 64, 96, 64, 64), 3, 0, 2, 256));
        alexnet("alexnet_micro_padded", new AlexNet.Config(List.of(32, 64, 96, 64, 64), 3, 1, 2, 256));
        vgg("vgg13_bn", new Vgg.Config(List.of(64, 128, 256, 512, 512), 2, 7, 4096));
        vgg("vgg13_bn_micro", new Vgg.Config(List.of(16, 32, 64, 64), 2, 2, 256));

        resnet("resnet_micro", new ResNet.Config(List.of(16, 32, 64), List.of(1, 1, 1), false, true));
        // As many parameters as vit_micro, and multiply-adds of its order.
        resnet("resnet_micro_w12", new ResNet.Config(List.of(12, 32, 88), List.of(1, 1, 1), false, true));
        resnets("resnet18", false, 2, 2, 2, 2);
        resnets("resnet34", false, 3, 4, 6, 3);
        resnets("resnet50", true, 3, 4, 6, 3);
        resnets("resnet101", true, 3, 4, 23, 3);
        resnets("resnet152", true, 3, 8, 36, 3);

        densenet("densenet121", new DenseNet.Config(64, 32, List.of(6, 12, 24, 16), false));
        densenet("densenet121_cifar", new DenseNet.Config(64, 32, List.of(6, 12, 24, 16), true));
        densenet("densenet_micro", new DenseNet.Config(16, 12, List.of(3, 6, 6), true));
        mobilenet("mobilenetv2_100", MobileNet.Config.mobileNetV2());
        mobilenet("mobilenetv2_micro", MobileNet.Config.inverted(false));
        efficientnet("efficientnet_b0", MobileNet.Config.efficientNetB0());
        efficientnet("efficientnet_micro", MobileNet.Config.inverted(true));
        repvgg("repvgg_a1", new RepVgg.Config(64, List.of(64, 128, 256, 1280), List.of(2, 4, 14, 1), false));
        repvgg("repvgg_micro", new RepVgg.Config(16, List.of(32, 64), List.of(2, 2), false));

        convnext("micro", 2, List.of(32, 64), 2, 2);
        convnext("micro_w16", 2, List.of(16, 32), 2, 2);
        ConvNeXt.ablations().forEach((name, c) -> add("convnextv2", name, (s, d) -> new ConvNeXt(s, c, d)));
        convnext("micro_w48", 2, List.of(48, 96), 2, 2);
        convnext("atto", 4, widths(40), 2, 2, 6, 2);
        convnext("femto", 4, widths(48), 2, 2, 6, 2);
        convnext("pico", 4, widths(64), 2, 2, 6, 2);
        convnext("nano", 4, widths(80), 2, 2, 8, 2);
        convnext("tiny", 4, widths(96), 3, 3, 9, 3);
        convnext("tiny_cifar", 1, widths(96), 3, 3, 9, 3);
        convnext("base", 4, widths(128), 3, 3, 27, 3);
        convnext("large", 4, widths(192), 3, 3, 27, 3);
        convnext("huge", 4, widths(352), 3, 3, 27, 3);

        Hybrid.micro().forEach((name, config) -> add("hybrid", name, (s, d) -> new Hybrid(s, config, d)));

        vit("vit_micro", new Vit.Config(4, 48, 4, 4));
        for (int width : new int[] {16, 32, 64}) {
            vit("vit_micro_w" + width, new Vit.Config(4, width, 4, width / 16));
        }
        for (int patch : new int[] {32, 16, 8}) {
            vit("vit_small_patch" + patch, new Vit.Config(patch, 384, 12, 6));
            vit("vit_base_patch" + patch, new Vit.Config(patch, 768, 12, 12));
            vit("vit_large_patch" + patch, new Vit.Config(patch, 1024, 24, 16));
        }
        vit("vit_tiny_patch16", new Vit.Config(16, 192, 12, 3));
        vit("deit_small_patch16", new Vit.Config(16, 384, 12, 6, Vit.Start.DEIT));

        mixer("mixer_micro", new MlpMixer.Config(4, 64, 4, 32, 256));
        for (int width : new int[] {16, 32}) {
            mixer("mixer_micro_w" + width, new MlpMixer.Config(4, width, 4, width / 2, 4 * width));
        }
        for (int patch : new int[] {32, 16, 8}) {
            mixer("mixer_s" + patch, new MlpMixer.Config(patch, 512, 8, 256, 2048));
            mixer("mixer_b" + patch, new MlpMixer.Config(patch, 768, 12, 384, 3072));
            mixer("mixer_l" + patch, new MlpMixer.Config(patch, 1024, 24, 512, 4096));
        }

        swin("swin_tiny_patch4_window7", new Swin.Config(4, 96, List.of(2, 2, 6, 2), List.of(3, 6, 12, 24), 7));
        swin("swin_micro", new Swin.Config(2, 32, List.of(2, 2), List.of(2, 4), 4));
        metaformers("identityformer", MetaFormer.Mixer.IDENTITY, MetaFormer.Mixer.IDENTITY);
        metaformers("poolformerv2", MetaFormer.Mixer.POOLING, MetaFormer.Mixer.POOLING);
        metaformers("convformer", MetaFormer.Mixer.SEPARABLE, MetaFormer.Mixer.SEPARABLE);
        metaformers("attentionformer", MetaFormer.Mixer.ATTENTION, MetaFormer.Mixer.ATTENTION);
        metaformers("caformer", MetaFormer.Mixer.SEPARABLE, MetaFormer.Mixer.ATTENTION);

        for (Integer stride : List.of(2, 1)) {
            MogaNet.Config small = new MogaNet.Config(
                    List.of(stride, stride), List.of(64, 128, 320, 512), List.of(2, 3, 12, 2), List.of(8, 8, 4, 4));
            moganet(stride == 2 ? "moganet_small" : "moganet_small_cifar", small);
        }
        moganet("moganet_micro", new MogaNet.Config(List.of(2, 1), List.of(32, 64), List.of(2, 2), List.of(4, 4)));

        unireplknet("unireplknet_t", UniRepLkNet.Config.tiny());
        List<List<Integer>> few = List.of(List.of(3, 3), List.of(7, 3));
        unireplknet("unireplknet_micro", new UniRepLkNet.Config(List.of(2, 1), List.of(32, 64), few, false));
        transnext(
                "transnext_tiny",
                new TransNeXt.Config(
                        4,
                        List.of(72, 144, 288, 576),
                        List.of(2, 2, 15, 2),
                        List.of(3, 6, 12, 24),
                        List.of(8, 8, 4, 4),
                        List.of(8, 4, 2, 1)));
        transnext(
                "transnext_micro",
                new TransNeXt.Config(2, List.of(24, 48), List.of(2, 2), List.of(2, 4), List.of(4, 4), List.of(2, 1)));

        add("linear", "linear", (s, d) -> new LinearClassifier(s));

        NfNet.micro().forEach(Backbones::nfnet);
        for (int size = 0; size < 8; size++) {
            nfnet("dm_nfnet_f" + size, NfNet.Config.f(size, false, ScaledStdConv.Variant.TIMM));
            nfnet("dm_nfnet_f" + size + "_plus", NfNet.Config.f(size, true, ScaledStdConv.Variant.TIMM));
        }
    }

    private Backbones() {}

    /** Returns all names in the order of the list. */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /**
     * Returns the names that a filter means, such as {@code bocb}, {@code convnext} or {@code *_micro}.
     *
     * <p>A family gives its members in the order of the list. The group {@code bocb} gives the twenty of the BOCB study
     * (arXiv 2410.06373, table A1) in its order, in the form for ImageNet; {@code bocb_a}, {@code bocb_b} and {@code bocb_c}
     * are its three parts: primary, classical and modern. {@code bocb_cifar} gives the form in which the study trained on
     * CIFAR: names that end in {@code _cifar} on images of 32 pixels, the others on images enlarged to 224; two MetaFormers
     * end in {@code _bocb}, as the study's code gives them norms and classifiers that their paper does not. In other
     * filters {@code *} stands for any characters and {@code ?} for one.
     *
     * @throws IllegalArgumentException if no name fits
     */
    public static List<String> names(String filter) {
        return Selection.of(filter, FAMILIES);
    }

    /**
     * Returns the family of a backbone, such as {@code convnextv2}.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static String family(String name) {
        check(name);
        return FAMILIES.get(name);
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
     * Returns the parameters, multiply-adds and layers of a backbone; takes the memory of the network for a moment.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static Description describe(String name, ImageSpec spec) {
        return Description.of(name, create(name, spec, 0));
    }

    /**
     * Returns the factory of a name.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static Factory check(String name) {
        Factory factory = ALL.get(name);
        if (factory == null) {
            throw Spelling.unknown(
                    "backbone", name, names(), names().size() + " are known, listed by Backbones.names()");
        }
        return factory;
    }

    private static void add(String family, String name, Factory factory) {
        ALL.put(name, (s, d) -> rebuildable(factory, s, d));
        FAMILIES.put(name, family);
    }

    private static Backbone rebuildable(Factory factory, ImageSpec spec, double dropPath) {
        return factory.build(spec, dropPath).rebuiltBy(other -> rebuildable(factory, other, dropPath));
    }

    private static void alexnet(String name, AlexNet.Config config) {
        add("alexnet", name, (s, d) -> new AlexNet(s, config, d));
    }

    private static void vgg(String name, Vgg.Config config) {
        add("vgg", name, (s, d) -> new Vgg(s, config, d));
    }

    private static void densenet(String name, DenseNet.Config config) {
        add("densenet", name, (s, d) -> new DenseNet(s, config, d));
    }

    private static void mobilenet(String name, MobileNet.Config config) {
        add("mobilenet", name, (s, d) -> new MobileNet(s, config, d));
    }

    private static void efficientnet(String name, MobileNet.Config config) {
        add("efficientnet", name, (s, d) -> new MobileNet(s, config, d));
    }

    private static void repvgg(String name, RepVgg.Config config) {
        add("repvgg", name, (s, d) -> new RepVgg(s, config, d));
    }

    private static void resnet(String name, ResNet.Config config) {
        add("resnet", name, (s, d) -> new ResNet(s, config, d));
    }

    private static void resnets(String name, boolean bottleneck, Integer... depths) {
        resnet(name, ResNet.Config.standard(bottleneck, false, depths));
        resnet(name + "_cifar", ResNet.Config.standard(bottleneck, true, depths));
    }

    /** Both versions of one size. */
    private static void convnext(String size, int patch, List<Integer> dims, Integer... depths) {
        add(
                "convnext",
                "convnext_" + size,
                (s, d) -> new ConvNeXt(s, new ConvNeXt.Config(false, patch, dims, List.of(depths)), d));
        add(
                "convnextv2",
                "convnextv2_" + size,
                (s, d) -> new ConvNeXt(s, new ConvNeXt.Config(true, patch, dims, List.of(depths)), d));
    }

    private static List<Integer> widths(int first) {
        return List.of(first, 2 * first, 4 * first, 8 * first);
    }

    private static void vit(String name, Vit.Config config) {
        add("vit", name, (s, d) -> new Vit(s, config, d));
    }

    private static void mixer(String name, MlpMixer.Config config) {
        add("mixer", name, (s, d) -> new MlpMixer(s, config, d));
    }

    private static void swin(String name, Swin.Config config) {
        add("swin", name, (s, d) -> new Swin(s, config, d));
    }

    /** The S12 and a small one; {@code _bocb} in the form that the study's code gave all mixers, so that only they differ. */
    private static void metaformers(String name, MetaFormer.Mixer first, MetaFormer.Mixer second) {
        boolean plain = first == MetaFormer.Mixer.IDENTITY || first == MetaFormer.Mixer.POOLING;
        metaformer(name + "_s12", MetaFormer.Config.s12(first, second, plain));
        metaformer(name + "_micro", MetaFormer.Config.micro(first, second, plain));
        if (plain) {
            metaformer(name + "_s12_bocb", MetaFormer.Config.s12(first, second, false));
            metaformer(name + "_micro_bocb", MetaFormer.Config.micro(first, second, false));
        }
        if (first == second) {
            metaformer(name + "_micro_isotropic", MetaFormer.Config.isotropic(first));
        }
    }

    private static void metaformer(String name, MetaFormer.Config config) {
        add("metaformer", name, (s, d) -> new MetaFormer(s, config, d));
    }

    private static void moganet(String name, MogaNet.Config config) {
        add("moganet", name, (s, d) -> new MogaNet(s, config, d));
    }

    private static void unireplknet(String name, UniRepLkNet.Config config) {
        add("unireplknet", name, (s, d) -> new UniRepLkNet(s, config, d));
    }

    private static void transnext(String name, TransNeXt.Config config) {
        add("transnext", name, (s, d) -> new TransNeXt(s, config, d));
    }

    private static void nfnet(String name, NfNet.Config config) {
        add("nfnet", name, (s, d) -> new NfNet(s, config, d));
    }
}
