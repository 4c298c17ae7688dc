package org.backbonelab.recipe;

import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.data.augment.Augmentation.Crop;
import org.backbonelab.model.Backbones;
import org.backbonelab.optim.Schedule;

/**
 * The papers' recipes: FCMAE's, NFNet's, and those of BOCB.
 *
 * <p>BOCB's (arXiv 2410.06373, table A3, columns CIFAR) are 200 epochs, batches of 100, cosine. Each is for images of 32 pixels or for such images enlarged to 224. Warm-ups are as the table prints them; the
 * released configurations have 20 epochs for DeiT and 5 for ConvNeXt. From those configurations come what the table does
 * not say: the crop (32 pixels: after padding by an eighth with the mirrored edge; 224: 0.8 to 1 of the area), the average's
 * decay of 0.9999, and a warm-up that the cosine does not wait for. Optimizer, learning rate and decay are those of the
 * reference optimizer; the study tunes them for every pair.
 */
public final class Recipes {
    private static final int EPOCHS = 200;
    private static final Crop ENLARGED = Crop.resized(0.8, 1);
    private static final Schedule COSINE = Schedule.COSINE.withWarmup(1e-5, Schedule.Clock.FROM_START);

    private Recipes() {}

    /**
     * Returns the recipe of a short training of a small network, as the studies of this project do it on a laptop: batches of 32,
     * images mirrored at random, a rate that rises for a tenth of the epochs and falls as a cosine.
     */
    public static Recipe brief(double epochs) {
        return Recipe.supervised()
                .withBatchSize(32)
                .withAugmentation(Augmentation.FLIP)
                .withEpochs(epochs, epochs / 10);
    }

    /** Returns FCMAE's recipe (ConvNeXt V2, table 8) at small scale: AdamW (0.9, 0.95), cosine, mask ratio 0.6. */
    public static Recipe fcmae() {
        return Recipe.supervised()
                .withObjective("fcmae")
                .withMaskRatio(0.6)
                .withOptimizer("adamw_mae", 1.5e-3, 0.05)
                .withAugmentation(Augmentation.FLIP);
    }

    /** Returns NFNet's recipe (arXiv 2102.06171, appendix A) at small scale: SGD with Nesterov, AGC, cosine. */
    public static Recipe nfnet() {
        return Recipe.supervised().withOptimizer("sgd_nesterov", 0.1, 2e-5).withAgc(0.02);
    }

    /** Returns PyTorch's: SGD, crop and flip. */
    public static Recipe pytorch(boolean enlarged) {
        return Recipe.supervised()
                .withOptimizer("sgd", 0.1, 1e-4)
                .withEpochs(EPOCHS, 0)
                .withAugmentation(enlarged ? Augmentation.PYTORCH.withCrop(ENLARGED) : Augmentation.CIFAR);
    }

    /** Returns DeiT's: AdamW, label smoothing and drop path 0.1, clipping at 5, average. */
    public static Recipe deit(boolean enlarged) {
        return modern(enlarged, 5).withClipNorm(5);
    }

    /** Returns ConvNeXt's: DeiT's without clipping and with a longer warm-up. */
    public static Recipe convnext(boolean enlarged) {
        return modern(enlarged, 20);
    }

    private static Recipe modern(boolean enlarged, int warmup) {
        Augmentation images = enlarged ? Augmentation.CONVNEXT.withCrop(ENLARGED) : Augmentation.CIFAR_MODERN;
        return Recipe.supervised()
                .withOptimizer("adamw", 1e-3, 0.05)
                .withEpochs(EPOCHS, warmup)
                .withSchedule(COSINE)
                .withRegularisation(0.1, 0.1)
                .withAugmentation(images.withRepeats(3))
                .withEma(Ema.of(0.9999));
    }

    /** Returns RSB A2's: LAMB, binary cross-entropy, drop path 0.05. */
    public static Recipe rsbA2(boolean enlarged) {
        Crop crop = enlarged ? ENLARGED : Augmentation.CIFAR.crop();
        return Recipe.supervised()
                .withOptimizer("lamb", 5e-3, 0.02)
                .withEpochs(EPOCHS, 5)
                .withSchedule(COSINE)
                .withObjective("bce")
                .withRegularisation(0, 0.05)
                .withAugmentation(Augmentation.RSB_A2.withCrop(crop));
    }

    /**
     * Returns the recipe with which the study trained a backbone (its table A1).
     *
     * @param backbone one of {@code Backbones.names("bocb_cifar")} or of the same families; those whose name ends in
     *     {@code _cifar} or {@code _micro} see small images
     * @throws IllegalArgumentException if the study has no such family
     */
    public static Recipe bocb(String backbone) {
        boolean enlarged = !backbone.endsWith("_cifar") && !backbone.endsWith("_micro");
        return switch (Backbones.family(backbone)) {
            // Their dropout is part of the architecture.
            case "alexnet", "vgg" -> pytorch(enlarged).withRegularisation(0, 0.5);
            case "resnet", "densenet", "mobilenet", "repvgg" -> pytorch(enlarged);
            case "vit", "mixer", "transnext" -> deit(enlarged);
            case "swin", "convnext", "convnextv2", "moganet", "unireplknet" -> convnext(enlarged);
            case "efficientnet", "metaformer" -> rsbA2(enlarged);
            default ->
                throw new IllegalArgumentException("no recipe of BOCB for " + backbone + " of the family "
                        + Backbones.family(backbone) + "; expected a backbone of the families of its table A1");
        };
    }

    /** Returns the side of the images with which the study trained a backbone of {@code Backbones.names("bocb_cifar")}. */
    public static int imageSize(String backbone) {
        Backbones.check(backbone);
        return backbone.endsWith("_cifar") ? 32 : 224;
    }
}
