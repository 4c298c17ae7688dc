package org.backbonelab.data.augment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * RandAugment (Cubuk et al., arXiv 1909.13719) as timm has it: of a list of operations some are drawn with replacement,
 * and each is made with a probability, at a magnitude with noise.
 *
 * <p>Written as in timm: {@code rand} and sections behind dashes, in any order: {@code m9} magnitude (10), {@code n2}
 * operations an image (2), {@code p0.5} probability of each (0.5), {@code mstd0.5} standard deviation of the magnitude
 * (0; above 100 it is uniform from 0 to the magnitude instead), {@code mmax10} its upper bound (10), {@code inc1} and
 * {@code tfixmatch} for another {@link Policy}.
 *
 * <p>Values equal PIL's on images of 1 or 3 channels; what geometric operations bring in from outside has the mean
 * colour of the data set.
 *
 * @param magnitude of the operations, 0 to 10 in timm's unit
 * @param layers operations an image
 * @param probability that a drawn operation is made
 * @param deviation of the magnitude's noise; infinite for a uniform magnitude
 * @param largest upper bound of the magnitude with noise
 * @param policy the list of operations and their ranges
 */
public record RandAugment(
        double magnitude, int layers, double probability, double deviation, double largest, Policy policy) {
    private static final double UNIT = 10;
    private static final double UNIFORM_ABOVE = 100;

    /** The lists of operations, and what a magnitude means to them. */
    public enum Policy {
        /**
         * timm's 15, without {@code inc1}: posterize and solarize get weaker with the magnitude, and the four
         * enhancements go from 0.1 to 1.9.
         */
        PLAIN,
        /** timm's 15, with {@code inc1}: every operation gets stronger with the magnitude. */
        INCREASING,
        /**
         * FixMatch's 14, with {@code tfixmatch}, as the released CIFAR-100 configurations of BOCB have it: no invert
         * and no added solarize, an identity; enhancements 1 +- 0.05 to 0.95, posterize 4 to 8 bits (rounded up; it gets
         * weaker), shifts up to 0.3.
         */
        FIXMATCH
    }

    /** The operations; {@link RandAugment#strength} says what their number is. */
    enum Operation {
        AUTO_CONTRAST,
        EQUALIZE,
        INVERT,
        ROTATE,
        POSTERIZE,
        SOLARIZE,
        SOLARIZE_ADD,
        COLOUR,
        CONTRAST,
        BRIGHTNESS,
        SHARPNESS,
        SHEAR_X,
        SHEAR_Y,
        TRANSLATE_X,
        TRANSLATE_Y,
        IDENTITY
    }

    private static final Map<Policy, List<Operation>> OPERATIONS =
            Arrays.stream(Policy.values()).collect(Collectors.toUnmodifiableMap(p -> p, RandAugment::operations));

    /** Returns the operations of a policy. */
    static List<Operation> operations(Policy policy) {
        List<Operation> all = new ArrayList<>(List.of(Operation.values()));
        all.removeAll(
                policy == Policy.FIXMATCH
                        ? List.of(Operation.INVERT, Operation.SOLARIZE_ADD)
                        : List.of(Operation.IDENTITY));
        return List.copyOf(all);
    }

    /**
     * Reads timm's notation.
     *
     * @throws IllegalArgumentException if a section is unknown or its number is out of range
     */
    public static RandAugment parse(String text) {
        String[] sections = text.split("-", -1);
        if (!sections[0].equals("rand")) {
            throw bad(text, sections[0], "rand, as in rand-m9-mstd0.5-inc1");
        }
        double magnitude = UNIT;
        int layers = 2;
        double probability = 0.5;
        double deviation = 0;
        double largest = UNIT;
        Policy policy = Policy.PLAIN;
        for (int i = 1; i < sections.length; i++) {
            String section = sections[i];
            String key = section.replaceFirst("[0-9].*", "");
            switch (key) {
                case "m" -> magnitude = number(text, section, key, 0, 100);
                case "n" -> layers = (int) number(text, section, key, 1, 100);
                case "p" -> probability = number(text, section, key, 0, 1);
                case "mstd" -> deviation = number(text, section, key, 0, 1e9);
                case "mmax" -> largest = number(text, section, key, 0, 100);
                case "inc" -> {
                    number(text, section, key, 1, 1);
                    policy = Policy.INCREASING;
                }
                case "tfixmatch" -> policy = Policy.FIXMATCH;
                default -> throw bad(text, section, "tfixmatch, or m, n, p, mstd, mmax or inc and a number");
            }
        }
        double spread = deviation > UNIFORM_ABOVE ? Double.POSITIVE_INFINITY : deviation;
        return new RandAugment(magnitude, layers, probability, spread, largest, policy);
    }

    private static double number(String text, String section, String key, double low, double high) {
        String digits = section.substring(key.length());
        boolean whole = !key.equals("mstd") && !key.equals("p");
        if (!digits.matches(whole ? "[0-9]{1,9}" : "[0-9]{1,9}(\\.[0-9]+)?")) {
            throw bad(text, section, key + " and a " + (whole ? "whole " : "") + "number");
        }
        double value = Double.parseDouble(digits);
        if (value < low || value > high) {
            throw bad(text, section, key + " and a number from " + low + " to " + high);
        }
        return value;
    }

    private static IllegalArgumentException bad(String text, String section, String expected) {
        return new IllegalArgumentException(
                "RandAugment \"" + text + "\": \"" + section + "\" is no section of it, expected " + expected);
    }

    /**
     * Changes an image.
     *
     * @param spare a buffer
     * @param fill colour of what comes in from outside, per channel
     * @return the image or the spare buffer, whichever holds the result
     */
    public Pixels apply(Pixels image, Pixels spare, int[] fill, Interpolation interpolation, RandomGenerator random) {
        List<Operation> operations = OPERATIONS.get(policy);
        Pixels now = image;
        Pixels other = spare;
        for (int i = 0; i < layers; i++) {
            Operation operation = operations.get(random.nextInt(operations.size()));
            if (random.nextDouble() >= probability) {
                continue;
            }
            double strength = strength(operation, level(random), policy, random.nextBoolean());
            if (apply(operation, strength, now, other, fill, interpolation.drawn(random))) {
                Pixels done = other;
                other = now;
                now = done;
            }
        }
        return now;
    }

    private double level(RandomGenerator random) {
        double level = magnitude;
        if (Double.isInfinite(deviation)) {
            level *= random.nextDouble();
        } else if (deviation > 0) {
            level += deviation * random.nextGaussian();
        }
        return Math.max(0, Math.min(largest, level));
    }

    /**
     * Returns the number an operation works with: degrees, bits kept, threshold, addend, enhancement factor, shear,
     * or shift as a share of the side.
     *
     * @param level 0 to 10
     * @param negative for operations that have two directions: which
     */
    static double strength(Operation operation, double level, Policy policy, boolean negative) {
        double share = level / UNIT;
        double sign = negative ? -1 : 1;
        boolean fixMatch = policy == Policy.FIXMATCH;
        boolean increasing = policy == Policy.INCREASING;
        return switch (operation) {
            case AUTO_CONTRAST, EQUALIZE, INVERT, IDENTITY -> 0;
            case ROTATE -> sign * share * 30;
            case POSTERIZE -> {
                double bits = share * 4;
                yield fixMatch ? Math.ceil(4 + bits) : increasing ? 4 - (int) bits : (int) bits;
            }
            case SOLARIZE -> {
                int threshold = Math.min(256, (int) (share * 256));
                yield policy == Policy.PLAIN ? threshold : 256 - threshold;
            }
            case SOLARIZE_ADD -> Math.min(128, (int) (share * 110));
            case COLOUR, CONTRAST, BRIGHTNESS, SHARPNESS -> {
                double change = fixMatch ? 0.05 + share * 0.9 : share * 0.9;
                yield policy == Policy.PLAIN ? share * 1.8 + 0.1 : Math.max(fixMatch ? 0 : 0.1, 1 + sign * change);
            }
            case SHEAR_X, SHEAR_Y -> sign * share * 0.3;
            case TRANSLATE_X, TRANSLATE_Y -> sign * share * (fixMatch ? 0.3 : 0.45);
        };
    }

    /** Makes one operation; returns whether the result is in the other image. */
    static boolean apply(
            Operation operation, double strength, Pixels image, Pixels other, int[] fill, Interpolation how) {
        switch (operation) {
            case IDENTITY -> {}
            case AUTO_CONTRAST -> ColourOps.autoContrast(image);
            case EQUALIZE -> ColourOps.equalize(image);
            case INVERT -> ColourOps.solarize(image, 0);
            case POSTERIZE -> ColourOps.posterize(image, Math.max(0, (int) strength));
            case SOLARIZE -> ColourOps.solarize(image, (int) strength);
            case SOLARIZE_ADD -> ColourOps.solarizeAdd(image, (int) strength);
            case COLOUR -> ColourOps.colour(image, strength);
            case CONTRAST -> ColourOps.contrast(image, strength);
            case BRIGHTNESS -> ColourOps.brightness(image, strength);
            case SHARPNESS -> ColourOps.sharpness(image, other, strength);
            default -> {
                other.reshape(image.channels(), image.height(), image.width());
                Affine.apply(image, other, matrix(operation, strength, image), how, fill);
            }
        }
        return switch (operation) {
            case SHARPNESS, ROTATE, SHEAR_X, SHEAR_Y, TRANSLATE_X, TRANSLATE_Y -> true;
            default -> false;
        };
    }

    private static double[] matrix(Operation operation, double strength, Pixels image) {
        return switch (operation) {
            case ROTATE -> Affine.rotation(strength, image.width(), image.height());
            case SHEAR_X -> new double[] {1, strength, 0, 0, 1, 0};
            case SHEAR_Y -> new double[] {1, 0, 0, strength, 1, 0};
            case TRANSLATE_X -> new double[] {1, 0, strength * image.width(), 0, 1, 0};
            case TRANSLATE_Y -> new double[] {1, 0, 0, 0, 1, strength * image.height()};
            default -> throw new IllegalArgumentException(operation + " is no geometric operation");
        };
    }
}
