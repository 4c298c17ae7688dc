package org.backbonelab.data.corrupt;

import java.util.random.RandomGenerator;

/** What cameras and files do: contrast, warps, blocks, JPEG, saturation. */
final class Digital {
    /** How many sigma the Gaussian of a warp reaches. */
    private static final double TRUNCATE = 3;

    private Digital() {}

    /** (x - mean) c + mean, with the mean of each channel. */
    static void contrast(Canvas x, double[] c, RandomGenerator random) {
        x.replaceChannels(channel -> {
            double mean = 0;
            for (double v : channel.values()) {
                mean += v / channel.values().length;
            }
            Grid out = channel.copy();
            for (int i = 0; i < out.values().length; i++) {
                out.values()[i] = (out.values()[i] - mean) * c[0] + mean;
            }
            return out;
        });
    }

    /**
     * A random affine map that moves three points by up to c[2] each, then displacements of c[0] times uniform noise in
     * -1..1, smoothed with sigma c[1]; all three in units of the image's side.
     */
    static void elastic(Canvas x, double[] c, RandomGenerator random) {
        int height = x.height();
        int width = x.width();
        double side = Math.max(height, width);
        AffineMap map = AffineMap.drawn(height, width, c[2] * side, random);
        Grid dx = displacement(height, width, c[0] * side, c[1] * side, random);
        Grid dy = displacement(height, width, c[0] * side, c[1] * side, random);
        x.replaceChannels(channel -> {
            Grid moved = Grid.zeros(height, width);
            Grid out = Grid.zeros(height, width);
            for (int i = 0; i < x.plane(); i++) {
                moved.values()[i] = channel.at(map.y(i / width, i % width), map.x(i / width, i % width), Border.MIRROR);
            }
            for (int i = 0; i < x.plane(); i++) {
                int y = i / width;
                out.values()[i] = moved.at(y + dy.values()[i], i % width + dx.values()[i], Border.REFLECT);
            }
            return out;
        });
    }

    private static Grid displacement(int height, int width, double size, double sigma, RandomGenerator random) {
        Grid out =
                Grid.drawn(height, width, () -> 2 * random.nextDouble() - 1).gaussian(sigma, TRUNCATE, Border.REFLECT);
        for (int i = 0; i < out.values().length; i++) {
            out.values()[i] *= size;
        }
        return out;
    }

    /**
     * Where a pixel of the output comes from: (x0 + ax a + bx b, y0 + ay a + by b), (a, b) its coordinates between the
     * moved points.
     *
     * @param from the three points x, y before
     * @param to the three points after
     */
    private record AffineMap(double[][] from, double[][] to) {
        static AffineMap drawn(int height, int width, double reach, RandomGenerator random) {
            int x = width / 2;
            int y = height / 2;
            int s = Math.min(height, width) / 3;
            double[][] from = {{x + s, y + s}, {x + s, y - s}, {x - s, y - s}};
            double[][] to = new double[3][2];
            for (int k = 0; k < 6; k++) {
                to[k / 2][k % 2] = from[k / 2][k % 2] + reach * (2 * random.nextDouble() - 1);
            }
            return new AffineMap(from, to);
        }

        double x(int row, int column) {
            return source(0, row, column);
        }

        double y(int row, int column) {
            return source(1, row, column);
        }

        private double source(int axis, int row, int column) {
            double px = column - to[0][0];
            double py = row - to[0][1];
            double ax = to[1][0] - to[0][0];
            double ay = to[1][1] - to[0][1];
            double bx = to[2][0] - to[0][0];
            double by = to[2][1] - to[0][1];
            double determinant = ax * by - ay * bx;
            double a = (px * by - py * bx) / determinant;
            double b = (ax * py - ay * px) / determinant;
            return from[0][axis] + a * (from[1][axis] - from[0][axis]) + b * (from[2][axis] - from[0][axis]);
        }
    }

    /** Means of boxes on a grid of c times the side, and back. */
    static void pixelate(Canvas x, double[] c, RandomGenerator random) {
        int height = Math.max(1, (int) (x.height() * c[0]));
        int width = Math.max(1, (int) (x.width() * c[0]));
        x.replaceChannels(channel -> boxes(boxes(channel, height, width), x.height(), x.width()));
    }

    /** PIL's box filter: means of the pixels whose centres are in the box, along x and then along y, rounded to bytes. */
    private static Grid boxes(Grid in, int height, int width) {
        int[][] columns = ranges(in.width(), width);
        Grid narrow = Grid.zeros(in.height(), width);
        for (int i = 0; i < in.height() * width; i++) {
            narrow.values()[i] = mean(in, i / width * in.width(), 1, columns[i % width]);
        }
        int[][] rows = ranges(in.height(), height);
        Grid out = Grid.zeros(height, width);
        for (int i = 0; i < height * width; i++) {
            out.values()[i] = mean(narrow, i % width, width, rows[i / width]);
        }
        return out;
    }

    private static double mean(Grid in, int start, int stride, int[] range) {
        double sum = 0;
        for (int k = range[0]; k < range[1]; k++) {
            sum += in.values()[start + k * stride];
        }
        // The mean of two bytes is often halfway between two others; it goes up, whatever the last bit of a double
        // says.
        return Math.floor(sum / (range[1] - range[0]) * 255 + 0.5 + 1e-9) / 255;
    }

    private static int[][] ranges(int from, int to) {
        double scale = (double) from / to;
        double reach = 0.5 * Math.max(1, scale);
        int[][] out = new int[to][];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) (centre - reach + 0.5));
            out[i] = new int[] {first, Math.max(first + 1, Math.min(from, (int) (centre + reach + 0.5)))};
        }
        return out;
    }

    /** JPEG of quality c, colours at half the resolution. */
    static void jpeg(Canvas x, double[] c, RandomGenerator random) {
        Canvas read = Jpeg.through(x, (int) c[0]);
        System.arraycopy(read.channels(), 0, x.channels(), 0, x.channels().length);
    }

    /** The saturation of HSV becomes c[0] times itself and c[1]; hue and value stay, grey counts as red. */
    static void saturate(Canvas x, double[] c, RandomGenerator random) {
        x.inColour(colour -> {
            double[] red = colour.channels()[0].values();
            double[] green = colour.channels()[1].values();
            double[] blue = colour.channels()[2].values();
            for (int i = 0; i < red.length; i++) {
                double value = Math.max(red[i], Math.max(green[i], blue[i]));
                double spread = value - Math.min(red[i], Math.min(green[i], blue[i]));
                double before = value == 0 ? 0 : spread / value;
                double after = Math.max(0, Math.min(1, before * c[0] + c[1]));
                double drop = value * after;
                red[i] = value - (spread == 0 ? 0 : drop * (value - red[i]) / spread);
                green[i] = value - drop * (spread == 0 ? 1 : (value - green[i]) / spread);
                blue[i] = value - drop * (spread == 0 ? 1 : (value - blue[i]) / spread);
            }
        });
    }
}
