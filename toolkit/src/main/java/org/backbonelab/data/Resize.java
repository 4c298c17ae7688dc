package org.backbonelab.data;

import java.util.Arrays;

/**
 * Resizes images of bytes to the same values as PIL.
 *
 * <p>Each output pixel is a weighted mean whose filter widens with the reduction (antialias). First along x, rounded to
 * bytes, then along y; weights have 22 fractional bits. An axis that keeps its length is copied. Has buffers: one thread
 * at a time.
 */
final class Resize {
    /** A byte, and two bits for the overshoot of the bicubic filter, leave this of 32 bits. */
    private static final int FRACTION = 32 - 8 - 2;

    private static final int HALF = 1 << (FRACTION - 1);

    private final Axis horizontal = new Axis();
    private final Axis vertical = new Axis();
    private int[] row = new int[0];
    private int[] between = new int[0];
    private int[] sums = new int[0];

    /** Resizes a part of an image to the shape of another. */
    void apply(Pixels in, Crops.Box box, Pixels out, Interpolation how) {
        if (how == Interpolation.NEAREST) {
            double scaleX = (double) box.width() / out.width();
            double scaleY = (double) box.height() / out.height();
            Affine.apply(in, out, new double[] {scaleX, 0, box.x(), 0, scaleY, box.y()}, how, new int[in.channels()]);
            return;
        }
        horizontal.prepare(box.width(), out.width(), how);
        vertical.prepare(box.height(), out.height(), how);
        row = grown(row, box.width());
        between = grown(between, box.height() * out.width());
        sums = grown(sums, out.width());
        for (int c = 0; c < in.channels(); c++) {
            int from = (c * in.height() + box.y()) * in.width() + box.x();
            for (int y = 0; y < box.height(); y++) {
                alongX(in.data(), from + y * in.width(), box.width(), y * out.width(), out.width());
            }
            for (int y = 0; y < out.height(); y++) {
                alongY(y, out.width(), out.data(), (c * out.height() + y) * out.width());
            }
        }
    }

    private static int[] grown(int[] buffer, int length) {
        return buffer.length < length ? new int[length] : buffer;
    }

    private void alongX(byte[] in, int from, int inWidth, int to, int outWidth) {
        for (int x = 0; x < inWidth; x++) {
            row[x] = in[from + x] & 0xff;
        }
        if (inWidth == outWidth) {
            System.arraycopy(row, 0, between, to, outWidth);
            return;
        }
        int[] weights = horizontal.weights;
        for (int x = 0; x < outWidth; x++) {
            int start = horizontal.start[x];
            int k = x * horizontal.taps;
            int sum = HALF;
            for (int end = start + horizontal.length[x]; start < end; start++) {
                sum += row[start] * weights[k++];
            }
            between[to + x] = clip(sum);
        }
    }

    private void alongY(int y, int width, byte[] out, int to) {
        if (vertical.same) {
            for (int x = 0; x < width; x++) {
                out[to + x] = (byte) between[y * width + x];
            }
            return;
        }
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
        private boolean same;
        private int taps;
        private int[] start = new int[0];
        private int[] length = new int[0];
        private int[] weights = new int[0];
        private double[] exact = new double[0];

        void prepare(int in, int out, Interpolation how) {
            same = in == out;
            if (same) {
                return;
            }
            double scale = (double) in / out;
            double stretch = Math.max(1, scale);
            double support = (how == Interpolation.BILINEAR ? 1 : 2) * stretch;
            taps = (int) Math.ceil(support) * 2 + 1;
            start = grown(start, out);
            length = grown(length, out);
            weights = grown(weights, out * taps);
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
