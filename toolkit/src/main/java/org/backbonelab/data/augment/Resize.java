package org.backbonelab.data.augment;

import java.util.Arrays;

/**
 * Resizes images of bytes to the same values as PIL.
 *
 * <p>Each output pixel is a weighted mean whose filter widens with the reduction (antialias). First along x, rounded to
 * bytes, then along y; weights have 22 fractional bits. An axis that keeps its length keeps its values. Has buffers: one thread
 * at a time.
 */
public final class Resize {
    /** A byte, and two bits for the overshoot of the bicubic filter, leave this of 32 bits. */
    private static final int FRACTION = 32 - 8 - 2;

    private static final int HALF = 1 << (FRACTION - 1);

    /** Rows that are resized together. */
    private static final int ROWS = 4;

    private final Axis horizontal = new Axis();
    private final Axis vertical = new Axis();
    private int[] block = new int[0];
    private int[] between = new int[0];
    private int[] sums = new int[0];

    /** Resizes a part of an image to the shape of another. */
    public void apply(Pixels in, Crops.Box box, Pixels out, Interpolation how) {
        if (how == Interpolation.NEAREST) {
            double scaleX = (double) box.width() / out.width();
            double scaleY = (double) box.height() / out.height();
            Affine.apply(in, out, new double[] {scaleX, 0, box.x(), 0, scaleY, box.y()}, how, new int[in.channels()]);
            return;
        }
        horizontal.prepare(box.width(), out.width(), how);
        vertical.prepare(box.height(), out.height(), how);
        block = grown(block, ROWS * box.width());
        between = grown(between, (box.height() + ROWS) * out.width());
        sums = grown(sums, out.width());
        for (int c = 0; c < in.channels(); c++) {
            for (int y = 0; y < box.height(); y += ROWS) {
                load(in, c, box, y);
                alongX(y * out.width(), out.width());
            }
            for (int y = 0; y < out.height(); y++) {
                alongY(y, out.width(), out.data(), (c * out.height() + y) * out.width());
            }
        }
    }

    private static int[] grown(int[] buffer, int length) {
        return buffer.length < length ? new int[length] : buffer;
    }

    /** Interleaves some rows: all values of a column are neighbours. Behind the last row stands what stood there. */
    private void load(Pixels in, int channel, Crops.Box box, int y) {
        for (int r = 0; r < Math.min(ROWS, box.height() - y); r++) {
            int from = (channel * in.height() + box.y() + y + r) * in.width() + box.x();
            for (int x = 0; x < box.width(); x++) {
                block[x * ROWS + r] = in.data()[from + x] & 0xff;
            }
        }
    }

    /** Several rows at once: each weight is fetched once for all of them. */
    private void alongX(int to, int outWidth) {
        int[] weights = horizontal.weights;
        for (int x = 0; x < outWidth; x++) {
            int at = horizontal.start[x] * ROWS;
            int k = x * horizontal.taps;
            int end = k + horizontal.length[x];
            int sum0 = HALF;
            int sum1 = HALF;
            int sum2 = HALF;
            int sum3 = HALF;
            for (; k < end; k++, at += ROWS) {
                int weight = weights[k];
                sum0 += block[at] * weight;
                sum1 += block[at + 1] * weight;
                sum2 += block[at + 2] * weight;
                sum3 += block[at + 3] * weight;
            }
            between[to + x] = clip(sum0);
            between[to + outWidth + x] = clip(sum1);
            between[to + 2 * outWidth + x] = clip(sum2);
            between[to + 3 * outWidth + x] = clip(sum3);
        }
    }

    private void alongY(int y, int width, byte[] out, int to) {
        Arrays.fill(sums, 0, width, HALF);
        for (int t = 0; t < vertical.length[y]; t++) {
            int weight = vertical.weights[y * vertical.taps + t];
            int from = (vertical.start[y] + t) * width;
            for (int x = 0; x < width; x++) {
                sums[x] += between[from + x] * weight;
            }
        }
        for (int x = 0; x < width; x++) {
            out[to + x] = (byte) clip(sums[x]);
        }
    }

    private static int clip(int sum) {
        return Math.max(0, Math.min(255, sum >> FRACTION));
    }

    /** The weights of one axis. */
    private static final class Axis {
        private int taps;
        private int[] start = new int[0];
        private int[] length = new int[0];
        private int[] weights = new int[0];
        private double[] exact = new double[0];

        void prepare(int in, int out, Interpolation how) {
            if (in == out) {
                keep(out);
                return;
            }
            double scale = (double) in / out;
            double stretch = Math.max(1, scale);
            double support = (how == Interpolation.BILINEAR ? 1 : 2) * stretch;
            grow(out, (int) Math.ceil(support) * 2 + 1);
            exact = exact.length < taps ? new double[taps] : exact;
            for (int i = 0; i < out; i++) {
                double centre = (i + 0.5) * scale;
                // The cast, not floor: PIL truncates towards zero.
                int first = Math.max(0, (int) (centre - support + 0.5));
                int count = Math.min(in, (int) (centre + support + 0.5)) - first;
                double sum = 0;
                for (int t = 0; t < count; t++) {
                    double distance = (t + first - centre + 0.5) * (1 / stretch);
                    exact[t] = how == Interpolation.BILINEAR ? tent(distance) : cubic(distance);
                    sum += exact[t];
                }
                for (int t = 0; t < count; t++) {
                    double w = (sum == 0 ? exact[t] : exact[t] / sum) * (1 << FRACTION);
                    weights[i * taps + t] = (int) (w < 0 ? w - 0.5 : w + 0.5);
                }
                start[i] = first;
                length[i] = count;
            }
        }

        /** One weight of 1 each, which gives the value back. */
        private void keep(int count) {
            grow(count, 1);
            for (int i = 0; i < count; i++) {
                start[i] = i;
                length[i] = 1;
                weights[i] = 1 << FRACTION;
            }
        }

        private void grow(int count, int newTaps) {
            taps = newTaps;
            start = grown(start, count);
            length = grown(length, count);
            weights = grown(weights, count * newTaps);
        }

        private static double tent(double distance) {
            return Math.max(0, 1 - Math.abs(distance));
        }

        /** Keys' cubic convolution with a = -1/2. */
        private static double cubic(double distance) {
            double x = Math.abs(distance);
            if (x < 1) {
                return ((-0.5 + 2) * x - (-0.5 + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
        }
    }
}
