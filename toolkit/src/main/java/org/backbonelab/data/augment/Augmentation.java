package org.backbonelab.data.augment;

import org.backbonelab.io.Checks;

/**
 * Random changes of training images, in the order in which they are made: crop, flip, RandAugment, normalisation,
 * random erasing, Mixup or CutMix.
 *
 * <p>The parts that timm has are meant as timm means them; the constants are recipes of papers. In the JSON of a cell
 * every part may be left out or null, which means that it is off.
 *
 * @param crop which part of the image is kept
 * @param flip whether to mirror left and right with probability 1/2
 * @param randAugment RandAugment as timm writes it, such as {@code "rand-m9-mstd0.5-inc1"} (see {@link RandAugment}),
 *     or null
 * @param erasing random erasing
 * @param mix Mixup and CutMix
 * @param repeats how often an image is shown in a row (repeated augmentation, see {@link Sampler}), 1 or more
 * @param interpolation of the resized crop and of RandAugment's geometric operations
 */
public record Augmentation(
        Crop crop,
        boolean flip,
        String randAugment,
        Erasing erasing,
        Mix mix,
        int repeats,
        Interpolation interpolation) {
    private static final double FOURTEENTH = 1.0 / 14;

    /** None. */
    public static final Augmentation NONE =
            new Augmentation(Crop.NONE, false, null, Erasing.NONE, Mix.NONE, 1, Interpolation.BICUBIC);

    /** A horizontal flip with probability 1/2. */
    public static final Augmentation FLIP = NONE.withFlip(true);

    /** A flip, and a crop after padding by a fourteenth of the size (2 pixels of 28) with the background. */
    public static final Augmentation CROP_FLIP = FLIP.withCrop(Crop.padded(FOURTEENTH));

    /** PyTorch-style ImageNet training: resized crop (bilinear) and flip. */
    public static final Augmentation PYTORCH =
            FLIP.withCrop(Crop.resized(0.08, 1)).withInterpolation(Interpolation.BILINEAR);

    /** PyTorch-style CIFAR training (BOCB, table A3): crop after padding by an eighth with the mirrored edge, flip. */
    public static final Augmentation CIFAR = FLIP.withCrop(Crop.reflected(0.125));

    /**
     * The modern CIFAR recipe of BOCB's released configurations (ConvNeXt, MogaNet, ResNet-50): {@link #CIFAR}, FixMatch's
     * list of RandAugment, erasing, Mixup 0.8 or CutMix 1 for every batch.
     */
    public static final Augmentation CIFAR_MODERN = CIFAR.withRandAugment("rand-m9-mstd0.5-tfixmatch")
            .withErasing(Erasing.pixel(0.25))
            .withMix(Mix.of(0.8, 1));

    /** ConvNeXt (Liu et al. 2022, table 5): resized crop, flip, RandAugment 9/0.5, erasing, Mixup 0.8, CutMix 1. */
    public static final Augmentation CONVNEXT = FLIP.withCrop(Crop.resized(0.08, 1))
            .withRandAugment("rand-m9-mstd0.5-inc1")
            .withErasing(Erasing.pixel(0.25))
            .withMix(Mix.of(0.8, 1));

    /** DeiT (Touvron et al. 2021, table 9): what ConvNeXt uses, and every image three times in a row. */
    public static final Augmentation DEIT = CONVNEXT.withRepeats(3);

    /** RSB A2 (Wightman et al. 2021, table 2): RandAugment 7/0.5, Mixup 0.1, CutMix 1, three repeats, no erasing. */
    public static final Augmentation RSB_A2 = FLIP.withCrop(Crop.resized(0.08, 1))
            .withRandAugment("rand-m7-mstd0.5-inc1")
            .withMix(Mix.of(0.1, 1))
            .withRepeats(3);

    /** The kinds of crops. */
    public enum CropKind {
        /** The whole image. */
        NONE,
        /** A window of the image's size, anywhere after padding with zeros. */
        PADDED,
        /** The same, padded with the mirrored image; the edge pixel is not repeated. */
        REFLECTED,
        /** A window of random area and aspect ratio, resized to the image's size. */
        RESIZED
    }

    /** What fills an erased rectangle. */
    public enum Fill {
        /** A standard normal number for each value, after normalisation. */
        PIXEL,
        /** Zero after normalisation: the mean colour. */
        CONST
    }

    /**
     * A random crop.
     *
     * @param kind which
     * @param padding at each edge as a share of the size: 0.125 is 4 pixels of 32; at least one pixel
     * @param scaleMin smallest area of a resized crop, as a share of the image's
     * @param scaleMax largest area
     * @param ratioMin smallest width by height
     * @param ratioMax largest width by height
     */
    public record Crop(
            CropKind kind, double padding, double scaleMin, double scaleMax, double ratioMin, double ratioMax) {
        /** The whole image. */
        public static final Crop NONE = new Crop(CropKind.NONE, 0, 0, 0, 0, 0);

        /** Checks the numbers that the kind uses. */
        public Crop {
            boolean pads = kind == CropKind.PADDED || kind == CropKind.REFLECTED;
            Checks.require(
                    !pads || (padding > 0 && padding < 1), "crop padding", padding, "a share above 0 and below 1");
            if (kind == CropKind.RESIZED) {
                Checks.require(scaleMin > 0, "smallest crop area", scaleMin, "a share above 0");
                Checks.require(
                        scaleMax >= scaleMin && scaleMax <= 1, "largest crop area", scaleMax, scaleMin + " to 1");
                Checks.require(ratioMin > 0, "smallest crop ratio", ratioMin, "a number above 0");
                Checks.require(
                        ratioMax >= ratioMin && Double.isFinite(ratioMax),
                        "largest crop ratio",
                        ratioMax,
                        ratioMin + " or more");
            }
        }

        /** Returns a crop after padding with zeros. */
        public static Crop padded(double padding) {
            return new Crop(CropKind.PADDED, padding, 0, 0, 0, 0);
        }

        /** Returns a crop after padding with the mirrored image. */
        public static Crop reflected(double padding) {
            return new Crop(CropKind.REFLECTED, padding, 0, 0, 0, 0);
        }

        /** Returns a resized crop of the usual aspect ratios, 3/4 to 4/3. */
        public static Crop resized(double scaleMin, double scaleMax) {
            return new Crop(CropKind.RESIZED, 0, scaleMin, scaleMax, 3.0 / 4, 4.0 / 3);
        }

        /** Returns the padding of an image of a size, in pixels. */
        public int pixels(int size) {
            return Math.max(1, (int) Math.floor(size * padding + 1e-9));
        }
    }

    /**
     * Random erasing (Zhong et al., arXiv 1708.04896) with timm's numbers: one rectangle of 2 % to a third of the area
     * and a ratio of 0.3 to 1/0.3.
     *
     * @param probability of an image
     * @param fill of the rectangle
     */
    public record Erasing(double probability, Fill fill) {
        /** No erasing. */
        public static final Erasing NONE = new Erasing(0, Fill.PIXEL);

        /** Checks the probability. */
        public Erasing {
            Checks.require(probability >= 0 && probability <= 1, "erasing probability", probability, "0 to 1");
            fill = fill == null ? Fill.PIXEL : fill;
        }

        /** Returns erasing with noise. */
        public static Erasing pixel(double probability) {
            return new Erasing(probability, Fill.PIXEL);
        }
    }

    /**
     * Mixup (arXiv 1710.09412) and CutMix (arXiv 1905.04899): one coefficient a batch, as timm's mode "batch" has it.
     *
     * @param mixup alpha of Beta(alpha, alpha), 0 = never
     * @param cutmix alpha of Beta(alpha, alpha), 0 = never
     * @param probability that a batch is mixed at all
     * @param switchProbability that it is CutMix, if both are on
     */
    public record Mix(double mixup, double cutmix, double probability, double switchProbability) {
        /** No mixing. */
        public static final Mix NONE = new Mix(0, 0, 0, 0);

        /** Checks every value. */
        public Mix {
            Checks.require(mixup >= 0 && Double.isFinite(mixup), "mixup alpha", mixup, "0 (off) or more");
            Checks.require(cutmix >= 0 && Double.isFinite(cutmix), "cutmix alpha", cutmix, "0 (off) or more");
            Checks.require(probability >= 0 && probability <= 1, "mix probability", probability, "0 to 1");
            Checks.require(
                    switchProbability >= 0 && switchProbability <= 1,
                    "switch probability",
                    switchProbability,
                    "0 to 1");
        }

        /** Returns mixing of every batch, half of them by each way if both are on. */
        public static Mix of(double mixup, double cutmix) {
            return new Mix(mixup, cutmix, 1, 0.5);
        }

        boolean off() {
            return probability == 0 || (mixup == 0 && cutmix == 0);
        }
    }

    /** Fills in what is missing and checks the rest. */
    public Augmentation {
        crop = crop == null ? Crop.NONE : crop;
        erasing = erasing == null ? Erasing.NONE : erasing;
        mix = mix == null ? Mix.NONE : mix;
        interpolation = interpolation == null ? Interpolation.BICUBIC : interpolation;
        repeats = repeats == 0 ? 1 : repeats;
        Checks.require(repeats > 0, "repeats", repeats, "1 or more");
        if (randAugment != null) {
            RandAugment.parse(randAugment);
        }
    }

    /** Returns this augmentation with another crop. */
    public Augmentation withCrop(Crop value) {
        return new Augmentation(value, flip, randAugment, erasing, mix, repeats, interpolation);
    }

    /** Returns this augmentation with or without the flip. */
    public Augmentation withFlip(boolean value) {
        return new Augmentation(crop, value, randAugment, erasing, mix, repeats, interpolation);
    }

    /** Returns this augmentation with another RandAugment, null for none. */
    public Augmentation withRandAugment(String value) {
        return new Augmentation(crop, flip, value, erasing, mix, repeats, interpolation);
    }

    /** Returns this augmentation with other erasing. */
    public Augmentation withErasing(Erasing value) {
        return new Augmentation(crop, flip, randAugment, value, mix, repeats, interpolation);
    }

    /** Returns this augmentation with other mixing. */
    public Augmentation withMix(Mix value) {
        return new Augmentation(crop, flip, randAugment, erasing, value, repeats, interpolation);
    }

    /** Returns this augmentation with each image shown several times in a row. */
    public Augmentation withRepeats(int value) {
        return new Augmentation(crop, flip, randAugment, erasing, mix, value, interpolation);
    }

    /** Returns this augmentation with another interpolation. */
    public Augmentation withInterpolation(Interpolation value) {
        return new Augmentation(crop, flip, randAugment, erasing, mix, repeats, value);
    }
}
