package org.backbonelab.data.corrupt;

import java.util.random.RandomGenerator;

/** Snow, frost, fog and light. */
final class Weather {
    /** Mean colours of the five published photos of frost, and the deviations within crops of them. */
    private static final double[][] FROST_COLOURS = {
        {0.31, 0.58, 0.65}, {0.78, 0.79, 0.83}, {0.78, 0.79, 0.83}, {0.57, 0.62, 0.68}, {0.40, 0.44, 0.49}
    };

    private static final double[] FROST_DEVIATIONS = {0.06, 0.08, 0.08, 0.10, 0.14};
    private static final int NEEDLES = 3;

    private Weather() {}

    /**
     * Flakes: noise N(c[0], c[1]), enlarged c[2] times, 0 below c[3], falling by motion of radius c[4] and sigma c[5]; the
     * image whitened to the share 1 - c[6].
     *
     * <p>Moved in floating point, as {@code imagecorruptions} does; the published code moved bytes by ImageMagick.
     */
    static void snow(Canvas x, double[] c, RandomGenerator random) {
        Grid flakes = Grid.drawn(x.height(), x.width(), () -> c[0] + c[1] * random.nextGaussian())
                .zoomed(c[2]);
        for (int i = 0; i < x.plane(); i++) {
            double v = flakes.values()[i];
            flakes.values()[i] = v < c[3] ? 0 : Math.max(0, Math.min(1, v));
        }
        double[] layer =
                flakes.motion((int) c[4], c[5], 90 * random.nextDouble() - 135).values();
        for (int i = 0; i < layer.length; i++) {
            layer[i] = Math.rint(layer[i] * 255) / 255;
        }
        for (int i = 0; i < layer.length; i++) {
            double white = x.luma(i) * 1.5 + 0.5;
            double snow = layer[i] + layer[layer.length - 1 - i];
            for (Grid channel : x.channels()) {
                double v = channel.values()[i];
                channel.values()[i] = c[6] * v + (1 - c[6]) * Math.max(v, white) + snow;
            }
        }
    }

    /**
     * c[0] times the image and c[1] times frost.
     *
     * <p>The published frost is cut from photos. This one is made: noise of several sizes of equal strength, whose
     * spectrum falls about as that of the photos, and needles in three directions, with the colour and the deviation of
     * one of the photos. Results must not be compared with published ones.
     */
    static void frost(Canvas x, double[] c, RandomGenerator random) {
        int photo = random.nextInt(FROST_COLOURS.length);
        Grid texture = frostTexture(x.height(), x.width(), random);
        x.inColour(colour -> {
            for (int channel = 0; channel < 3; channel++) {
                double[] values = colour.channels()[channel].values();
                for (int i = 0; i < values.length; i++) {
                    double frost = FROST_COLOURS[photo][channel] + FROST_DEVIATIONS[photo] * texture.values()[i];
                    values[i] = c[0] * values[i] + c[1] * Math.max(0, Math.min(1, frost));
                }
            }
        });
    }

    /** Returns a texture of mean 0 and deviation 1. */
    private static Grid frostTexture(int height, int width, RandomGenerator random) {
        Grid sum = Grid.zeros(height, width);
        int side = Math.max(height, width);
        for (int cell = 1; cell <= side / 2; cell *= 2) {
            add(sum, Grid.drawn(height, width, random::nextGaussian).zoomed(cell));
        }
        for (int k = 0; k < NEEDLES; k++) {
            Grid points = Grid.drawn(height, width, () -> Math.max(0, random.nextGaussian() - 1));
            add(sum, points.motion(Math.max(2, side / 8), side / 12.0, 360 * random.nextDouble()));
        }
        standardise(sum);
        return sum;
    }

    /** Adds a layer, brought to mean 0 and deviation 1. */
    private static void add(Grid sum, Grid layer) {
        standardise(layer);
        for (int i = 0; i < sum.values().length; i++) {
            sum.values()[i] += layer.values()[i];
        }
    }

    private static void standardise(Grid grid) {
        double[] v = grid.values();
        double mean = 0;
        double square = 0;
        for (double value : v) {
            mean += value / v.length;
            square += value * value / v.length;
        }
        double deviation = Math.sqrt(Math.max(1e-12, square - mean * mean));
        for (int i = 0; i < v.length; i++) {
            v[i] = (v[i] - mean) / deviation;
        }
    }

    /** (x + c[0] F) max / (max + c[0]), F a cloud of decay c[1] and max the largest value of the image. */
    static void fog(Canvas x, double[] c, RandomGenerator random) {
        double max = 0;
        for (Grid channel : x.channels()) {
            for (double v : channel.values()) {
                max = Math.max(max, v);
            }
        }
        int side = Math.max(2, Integer.highestOneBit(2 * Math.max(x.height(), x.width()) - 1));
        Grid cloud = Plasma.of(side, c[1], random);
        double scale = max / (max + c[0]);
        for (int i = 0; i < x.plane(); i++) {
            double fog = c[0] * cloud.values()[i / x.width() * side + i % x.width()];
            for (Grid channel : x.channels()) {
                channel.values()[i] = (channel.values()[i] + fog) * scale;
            }
        }
    }

    /** The value of HSV, which is the largest channel, grows by c; hue and saturation stay. */
    static void brightness(Canvas x, double[] c, RandomGenerator random) {
        for (int i = 0; i < x.plane(); i++) {
            double value = 0;
            for (Grid channel : x.channels()) {
                value = Math.max(value, channel.values()[i]);
            }
            double brighter = Math.min(1, value + c[0]);
            for (Grid channel : x.channels()) {
                channel.values()[i] = value == 0 ? brighter : channel.values()[i] * (brighter / value);
            }
        }
    }
}
