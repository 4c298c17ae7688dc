package org.backbonelab.data.corrupt;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.io.Checks;
import org.backbonelab.io.Sha256;
import org.backbonelab.tensor.Seeds;

/**
 * An entry of {@link Corruptions}: a way to spoil an image, in five severities.
 *
 * <p>A pure function of (pixels, name, severity, seed): equal images are spoilt equally, wherever they stand in a data set.
 * Images whose larger side is at most 64 pixels have the constants of CIFAR-C (32 x 32), larger ones those of ImageNet-C
 * (224 x 224). Grey images stay grey: where a formula needs colour, they count as three equal channels, and their luma is
 * kept. Safe for several threads.
 */
public final class Corruption {
    /** The largest severity; the smallest is 1. */
    public static final int SEVERITIES = 5;

    private static final int LARGEST_SMALL = 64;
    private static final int SMALLEST = 8;

    /** The families of the paper, and those that it keeps for tuning. */
    public enum Family {
        /** Of each value by itself. */
        NOISE,
        /** Means over the pixels around. */
        BLUR,
        /** Snow, frost, fog, light. */
        WEATHER,
        /** Of cameras and files. */
        DIGITAL,
        /** The four that the paper keeps aside, to tune on. */
        EXTRA
    }

    /** A formula, with the constants of a severity; changes the image in place. */
    @FunctionalInterface
    interface Rule {
        void apply(Canvas image, double[] constants, RandomGenerator random);
    }

    private final String name;
    private final Family family;
    private final String note;
    private final double[][] small;
    private final double[][] large;
    private final Rule rule;

    Corruption(String name, Family family, String note, double[][] small, double[][] large, Rule rule) {
        this.name = name;
        this.family = family;
        this.note = note;
        this.small = small;
        this.large = large;
        this.rule = rule;
    }

    /** Returns the name, as in the published code. */
    public String name() {
        return name;
    }

    /** Returns the family. */
    public Family family() {
        return family;
    }

    /** Returns in what it differs from the published code, or an empty text. */
    public String note() {
        return note;
    }

    /**
     * Returns a spoilt copy of an image.
     *
     * @param image of 1 channel (grey) or 3 (RGB), 8 x 8 or larger; it is left as it is
     * @param severity 1 to 5
     * @param seed of all that is drawn, together with the image, the name and the severity
     * @throws IllegalArgumentException if severity or image are out of range
     */
    public Pixels apply(Pixels image, int severity, long seed) {
        checkSeverity(severity);
        MessageDigest digest = Sha256.digest();
        digest.update(image.data(), 0, image.length());
        long content = ByteBuffer.wrap(digest.digest()).getLong();
        return apply(image, severity, Seeds.stream(seed, "corruption " + name, severity, content));
    }

    Pixels apply(Pixels image, int severity, RandomGenerator random) {
        int channels = image.channels();
        Checks.require(channels == 1 || channels == 3, "number of channels of an image to corrupt", channels, "1 or 3");
        int smaller = Math.min(image.height(), image.width());
        Checks.require(smaller >= SMALLEST, "side of an image to corrupt", smaller, SMALLEST + " pixels or more");
        Canvas canvas = Canvas.of(image);
        boolean isSmall = Math.max(image.height(), image.width()) <= LARGEST_SMALL;
        rule.apply(canvas, (isSmall ? small : large)[severity - 1], random);
        return canvas.pixels();
    }

    /**
     * Checks a severity.
     *
     * @throws IllegalArgumentException if it is not 1 to 5
     */
    public static void checkSeverity(int severity) {
        Checks.require(severity >= 1 && severity <= SEVERITIES, "severity of a corruption", severity, "1 to 5");
    }
}
