package org.backbonelab.data;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * RandAugment (Cubuk et al., arXiv 1909.13719) as timm has it: of 15 operations some are drawn with replacement, and
 * each is made with a probability, at a magnitude with noise.
 *
 * <p>Written as in timm: {@code rand} and sections behind dashes, in any order: {@code m9} magnitude (10), {@code n2}
 * operations an image (2), {@code p0.5} probability of each (0.5), {@code mstd0.5} standard deviation of the magnitude
 * (0; above 100 it is uniform from 0 to the magnitude instead), {@code mmax10} its upper bound (10), {@code inc1}: every
 * operation gets stronger with the magnitude (else posterize and solarize get weaker, and the four enhancements go from
 * 0.1 to 1.9). Without {@code inc1} a magnitude of 9 posterizes to 3 bits, with it to 1.
 *
 * <p>Values equal PIL's on images of 1 or 3 channels; what geometric operations bring in from outside has the mean
 * colour of the data set.
 *
 * @param magnitude of the operations, 0 to 10 in timm's unit
 * @param layers operations an image
 * @param probability that a drawn operation is made
 * @param deviation of the magnitude's noise; infinite for a uniform magnitude
 * @param largest upper bound of the magnitude with noise
 * @param increasing whether all operations get stronger with the magnitude
 */
public record RandAugment(
        double magnitude, int layers, double probability, double deviation, double largest, boolean increasing) {
    private static final double UNIT = 10;
    private static final double UNIFORM_ABOVE = 100;

    /** The operations; strength is in the words of {@link RandAugment#strength}. */
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
        TRANSLATE_Y
    }

    private static final List<Operation> OPERATIONS = List.of(Operation.values());

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
        boolean increasing = false;
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
                    increasing = true;
                }
                default -> throw bad(text, section, "m, n, p, mstd, mmax or inc and a number");
            }
        }
        double spread = deviation > UNIFORM_ABOVE ? Double.POSITIVE_INFINITY : deviation;
        return new RandAugment(magnitude, layers, probability, spread, largest, increasing);
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
    Pixels apply(Pixels image, Pixels spare, int[] fill, Interpolation interpolation, RandomGenerator random) {
        Pixels now = image;
        Pixels other = spare;
        for (int i = 0; i < layers; i++) {
            Operation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
            if (random.nextDouble() >= probability) {
                continue;
            }
            double strength = strength(operation, level(random), increasing, random.nextBoolean());
            if (apply(operation, strength, now, other, fill, drawn(interpolation, random))) {
                Pixels done = other;
                other = now;
                now = done;
            }
        }
        return now;
    }

    static Interpolation drawn(Interpolation interpolation, RandomGenerator random) {
        if (interpolation != Interpolation.RANDOM) {
            return interpolation;
        }
        return random.nextBoolean() ? Interpolation.BILINEAR : Interpolation.BICUBIC;
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
    static double strength(Operation operation, double level, boolean increasing, boolean negative) {
        double share = level / UNIT;
        double sign = negative ? -1 : 1;
        return switch (operation) {
            case AUTO_CONTRAST, EQUALIZE, INVERT -> 0;
            case ROTATE -> sign * share * 30;
            case POSTERIZE -> increasing ? 4 - (int) (share * 4) : (int) (share * 4);
            case SOLARIZE -> {
                int threshold = Math.min(256, (int) (share * 256));
                yield increasing ? 256 - threshold : threshold;
            }
            case SOLARIZE_ADD -> Math.min(128, (int) (share * 110));
            case COLOUR, CONTRAST, BRIGHTNESS, SHARPNESS ->
                increasing ? Math.max(0.1, 1 + sign * (share * 0.9)) : share * 1.8 + 0.1;
            case SHEAR_X, SHEAR_Y -> sign * share * 0.3;
            case TRANSLATE_X, TRANSLATE_Y -> sign * share * 0.45;
        };
    }

    /** Makes one operation; returns whether the result is in the other image. */
    static boolean apply(
            Operation operation, double strength, Pixels image, Pixels other, int[] fill, Interpolation how) {
        switch (operation) {
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
        return operation == Operation.SHARPNESS
                || operation.compareTo(Operation.SHEAR_X) >= 0
                || operation == Operation.ROTATE;
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
