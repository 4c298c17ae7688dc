package org.backbonelab.data.corrupt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.corrupt.Corruption.Family;
import org.backbonelab.io.Spelling;

/**
 * The list of corruptions: the 15 of Hendrycks and Dietterich (ICLR 2019, arXiv 1903.12261), on which networks are tested,
 * and their 4 extra ones. Constants are those of the authors' code: of CIFAR-C for small images, of ImageNet-C for large.
 *
 * <p>What is drawn is not what the authors drew, and frost has no photos but a texture that is computed: accuracies on
 * these images must not be compared with published ones on CIFAR-C or ImageNet-C.
 */
public final class Corruptions {
    /** Raised by every change that changes an image; 1 rounded the ties of pixelate down. */
    public static final int VERSION = 2;

    private static final Map<String, Corruption> ALL = new LinkedHashMap<>();

    static {
        noise();
        blur();
        weather();
        digital();
        extra();
    }

    private Corruptions() {}

    private static void noise() {
        add(
                "gaussian_noise",
                Family.NOISE,
                each(0.04, 0.06, 0.08, 0.09, 0.10),
                each(0.08, 0.12, 0.18, 0.26, 0.38),
                Noise::gaussian);
        add("shot_noise", Family.NOISE, each(500, 250, 100, 75, 50), each(60, 25, 12, 5, 3), Noise::shot);
        add(
                "impulse_noise",
                Family.NOISE,
                each(0.01, 0.02, 0.03, 0.05, 0.07),
                each(0.03, 0.06, 0.09, 0.17, 0.27),
                Noise::impulse);
    }

    private static void blur() {
        add(
                "defocus_blur",
                Family.BLUR,
                new double[][] {{0.3, 0.4}, {0.4, 0.5}, {0.5, 0.6}, {1, 0.2}, {1.5, 0.1}},
                new double[][] {{3, 0.1}, {4, 0.5}, {6, 0.5}, {8, 0.5}, {10, 0.5}},
                Blur::defocus);
        add(
                "glass_blur",
                Family.BLUR,
                "pixels are copied, not exchanged, as the published code does",
                new double[][] {{0.05, 1, 1}, {0.25, 1, 1}, {0.4, 1, 1}, {0.25, 1, 2}, {0.4, 1, 2}},
                new double[][] {{0.7, 1, 2}, {0.9, 2, 1}, {1, 2, 3}, {1.1, 3, 2}, {1.5, 4, 2}},
                Blur::glass);
        add(
                "motion_blur",
                Family.BLUR,
                "in floating point, not by ImageMagick",
                new double[][] {{6, 1}, {6, 1.5}, {6, 2}, {8, 2}, {9, 2.5}},
                new double[][] {{10, 3}, {15, 5}, {15, 8}, {15, 12}, {20, 15}},
                Blur::motion);
        add(
                "zoom_blur",
                Family.BLUR,
                new double[][] {{1.06, 0.01}, {1.11, 0.01}, {1.16, 0.01}, {1.21, 0.01}, {1.26, 0.01}},
                new double[][] {{1.11, 0.01}, {1.16, 0.01}, {1.21, 0.02}, {1.26, 0.02}, {1.31, 0.03}},
                Blur::zoom);
    }

    private static void weather() {
        add(
                "snow",
                Family.WEATHER,
                "flakes move in floating point, not by ImageMagick",
                new double[][] {
                    {0.1, 0.2, 1, 0.6, 8, 3, 0.95},
                    {0.1, 0.2, 1, 0.5, 10, 4, 0.9},
                    {0.15, 0.3, 1.75, 0.55, 10, 4, 0.9},
                    {0.25, 0.3, 2.25, 0.6, 12, 6, 0.85},
                    {0.3, 0.3, 1.25, 0.65, 14, 12, 0.8}
                },
                new double[][] {
                    {0.1, 0.3, 3, 0.5, 10, 4, 0.8},
                    {0.2, 0.3, 2, 0.5, 12, 4, 0.7},
                    {0.55, 0.3, 4, 0.9, 12, 8, 0.7},
                    {0.55, 0.3, 4.5, 0.85, 12, 8, 0.65},
                    {0.55, 0.3, 2.5, 0.85, 12, 12, 0.55}
                },
                Weather::snow);
        add(
                "frost",
                Family.WEATHER,
                "a computed texture in place of photos: not comparable with published numbers",
                new double[][] {{1, 0.2}, {1, 0.3}, {0.9, 0.4}, {0.85, 0.4}, {0.75, 0.45}},
                new double[][] {{1, 0.4}, {0.8, 0.6}, {0.7, 0.7}, {0.65, 0.7}, {0.6, 0.75}},
                Weather::frost);
        add(
                "fog",
                Family.WEATHER,
                new double[][] {{0.2, 3}, {0.5, 3}, {0.75, 2.5}, {1, 2}, {1.5, 1.75}},
                new double[][] {{1.5, 2}, {2, 2}, {2.5, 1.7}, {2.5, 1.5}, {3, 1.4}},
                Weather::fog);
        add(
                "brightness",
                Family.WEATHER,
                each(0.05, 0.1, 0.15, 0.2, 0.3),
                each(0.1, 0.2, 0.3, 0.4, 0.5),
                Weather::brightness);
    }

    private static void digital() {
        add(
                "contrast",
                Family.DIGITAL,
                each(0.75, 0.5, 0.4, 0.3, 0.15),
                each(0.4, 0.3, 0.2, 0.1, 0.05),
                Digital::contrast);
        // The authors write 244 where the side is 224.
        double side = 244.0 / 224;
        add(
                "elastic_transform",
                Family.DIGITAL,
                new double[][] {
                    {0, 0, 0.08}, {0.05, 0.2, 0.07}, {0.08, 0.06, 0.06}, {0.1, 0.04, 0.05}, {0.1, 0.03, 0.03}
                },
                new double[][] {
                    {2 * side, 0.7 * side, 0.1 * side},
                    {2 * side, 0.08 * side, 0.2 * side},
                    {0.05 * side, 0.01 * side, 0.02 * side},
                    {0.07 * side, 0.01 * side, 0.02 * side},
                    {0.12 * side, 0.01 * side, 0.02 * side}
                },
                Digital::elastic);
        add(
                "pixelate",
                Family.DIGITAL,
                each(0.95, 0.9, 0.85, 0.75, 0.65),
                each(0.6, 0.5, 0.4, 0.3, 0.25),
                Digital::pixelate);
        add(
                "jpeg_compression",
                Family.DIGITAL,
                "by the JDK's encoder, not PIL's",
                each(80, 65, 58, 50, 40),
                each(25, 18, 15, 10, 7),
                Digital::jpeg);
    }

    private static void extra() {
        add(
                "speckle_noise",
                Family.EXTRA,
                each(0.06, 0.1, 0.12, 0.16, 0.2),
                each(0.15, 0.2, 0.35, 0.45, 0.6),
                Noise::speckle);
        add("gaussian_blur", Family.EXTRA, each(0.4, 0.6, 0.7, 0.8, 1), each(1, 2, 3, 4, 6), Blur::gaussian);
        add(
                "spatter",
                Family.EXTRA,
                new double[][] {
                    {0.62, 0.1, 0.7, 0.7, 0.5, 0},
                    {0.65, 0.1, 0.8, 0.7, 0.5, 0},
                    {0.65, 0.3, 1, 0.69, 0.5, 0},
                    {0.65, 0.1, 0.7, 0.69, 0.6, 1},
                    {0.65, 0.1, 0.5, 0.68, 0.6, 1}
                },
                new double[][] {
                    {0.65, 0.3, 4, 0.69, 0.6, 0},
                    {0.65, 0.3, 3, 0.68, 0.6, 0},
                    {0.65, 0.3, 2, 0.68, 0.5, 0},
                    {0.65, 0.3, 1, 0.65, 1.5, 1},
                    {0.67, 0.4, 1, 0.65, 1.5, 1}
                },
                Spatter::spatter);
        add(
                "saturate",
                Family.EXTRA,
                "changes a grey image at severities 4 and 5 only",
                new double[][] {{0.3, 0}, {0.1, 0}, {1.5, 0}, {2, 0.1}, {2.5, 0.2}},
                new double[][] {{0.3, 0}, {0.1, 0}, {2, 0}, {5, 0.1}, {20, 0.2}},
                Digital::saturate);
    }

    private static double[][] each(double... values) {
        double[][] out = new double[values.length][];
        for (int i = 0; i < out.length; i++) {
            out[i] = new double[] {values[i]};
        }
        return out;
    }

    private static void add(String name, Family family, double[][] small, double[][] large, Corruption.Rule rule) {
        add(name, family, "", small, large, rule);
    }

    private static void add(
            String name, Family family, String note, double[][] small, double[][] large, Corruption.Rule rule) {
        ALL.put(name, new Corruption(name, family, note, small, large, rule));
    }

    /**
     * Returns all 19 names in the order of the list, the extra ones last. {@code frost} is computed, without the photos of
     * the published one.
     */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /** Returns the names of the 15 on which networks are tested. */
    public static List<String> test() {
        return ALL.values().stream()
                .filter(c -> c.family() != Family.EXTRA)
                .map(Corruption::name)
                .toList();
    }

    /**
     * Returns an entry of the list.
     *
     * @throws IllegalArgumentException if the name is not on the list
     */
    public static Corruption get(String name) {
        Corruption corruption = ALL.get(name);
        if (corruption == null) {
            throw Spelling.unknown("corruption", name, names(), "known are " + String.join(", ", names()));
        }
        return corruption;
    }

    /**
     * Returns a spoilt copy of an image, see {@link Corruption#apply}.
     *
     * @throws IllegalArgumentException if the name is not on the list, or severity or image are out of range
     */
    public static Pixels apply(String name, int severity, Pixels image, long seed) {
        return get(name).apply(image, severity, seed);
    }
}
