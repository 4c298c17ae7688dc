package org.backbonelab.data.corrupt;

import java.util.random.RandomGenerator;

/** Means over the pixels around. */
final class Blur {
    /** How many sigma a Gaussian reaches, as skimage's does. */
    static final double TRUNCATE = 4;

    private Blur() {}

    /** A Gaussian of sigma c. */
    static void gaussian(Canvas x, double[] c, RandomGenerator random) {
        x.replaceChannels(channel -> channel.gaussian(c[0], TRUNCATE, Border.NEAREST));
    }

    /** A disk of radius c[0], its edge smoothed with sigma c[1]: a lens out of focus. */
    static void defocus(Canvas x, double[] c, RandomGenerator random) {
        Grid disk = disk(c[0], c[1]);
        x.replaceChannels(channel -> channel.correlated(disk));
    }

    private static Grid disk(double radius, double sigma) {
        int reach = radius <= 8 ? 8 : (int) Math.ceil(radius);
        int side = 2 * reach + 1;
        Grid disk = Grid.zeros(side, side);
        double count = 0;
        for (int i = 0; i < side * side; i++) {
            int y = i / side - reach;
            int x = i % side - reach;
            disk.values()[i] = x * x + y * y <= radius * radius ? 1 : 0;
            count += disk.values()[i];
        }
        for (int i = 0; i < side * side; i++) {
            disk.values()[i] /= count;
        }
        // The kernel of OpenCV's Gaussian has the size that it is given: 3 or 5, whatever its sigma.
        int half = radius <= 8 ? 1 : 2;
        return disk.gaussian(sigma, (half + 0.4) / sigma, Border.MIRROR);
    }

    /**
     * A Gaussian of sigma c[0], then c[2] times each pixel takes the colour of one at most c[1] away, then the Gaussian
     * again.
     *
     * <p>The paper speaks of pixels that change places. In the published code, the second of the two assignments reads
     * what the first has just written, so the published images have copies; so have these.
     */
    static void glass(Canvas x, double[] c, RandomGenerator random) {
        x.replaceChannels(channel -> {
            Grid blurred = channel.gaussian(c[0], TRUNCATE, Border.NEAREST);
            for (int i = 0; i < blurred.values().length; i++) {
                blurred.values()[i] = Math.floor(blurred.values()[i] * 255 + 1e-9) / 255;
            }
            return blurred;
        });
        int reach = (int) c[1];
        for (int k = 0; k < c[2]; k++) {
            for (int row = x.height() - reach; row > reach; row--) {
                for (int column = x.width() - reach; column > reach; column--) {
                    int dx = random.nextInt(2 * reach) - reach;
                    int dy = random.nextInt(2 * reach) - reach;
                    for (Grid channel : x.channels()) {
                        channel.values()[row * x.width() + column] =
                                channel.values()[(row + dy) * x.width() + column + dx];
                    }
                }
            }
        }
        x.replaceChannels(channel -> channel.gaussian(c[0], TRUNCATE, Border.NEAREST));
    }

    /** Motion of radius c[0] and sigma c[1] along a direction within 45 degrees of the horizontal. */
    static void motion(Canvas x, double[] c, RandomGenerator random) {
        double degrees = 90 * random.nextDouble() - 45;
        x.replaceChannels(channel -> channel.motion((int) c[0], c[1], degrees));
    }

    /** Mean of the image and its centres enlarged by 1, 1 + c[1], ..., c[0]. */
    static void zoom(Canvas x, double[] c, RandomGenerator random) {
        // As many as numpy.arange(1, c[0], c[1]) has, which rounding gives one more than it should have.
        int count = (int) Math.ceil((c[0] - 1) / c[1]);
        double step = 1 + c[1] - 1;
        x.replaceChannels(channel -> {
            Grid sum = channel.copy();
            for (int k = 0; k < count; k++) {
                double[] layer = channel.zoomed(1 + k * step).values();
                for (int i = 0; i < layer.length; i++) {
                    sum.values()[i] += layer[i];
                }
            }
            for (int i = 0; i < sum.values().length; i++) {
                sum.values()[i] /= count + 1;
            }
            return sum;
        });
    }
}
