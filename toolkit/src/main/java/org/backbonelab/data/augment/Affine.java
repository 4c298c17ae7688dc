package org.backbonelab.data.augment;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Affine maps of images of bytes, with the same values as PIL's {@code Image.transform}.
 *
 * <p>The matrix (a, b, c, d, e, f) maps the centre of an output pixel to a point of the input: x' = a x + b y + c,
 * y' = d x + e y + f. Where that point is outside, the pixel has the fill colour; inside, at an edge, the edge pixel is
 * repeated. Results are cut, not rounded, as PIL does.
 */
final class Affine {
    private Affine() {}

    /**
     * Transforms one image into another, which has its shape already and may not be the same.
     *
     * @param fill a value per channel
     */
    static void apply(Pixels in, Pixels out, double[] matrix, Interpolation how, int[] fill) {
        switch (how) {
            case NEAREST -> nearest(in, out, matrix, fill);
            case BILINEAR -> smooth(in, out, matrix, fill, false);
            case BICUBIC -> smooth(in, out, matrix, fill, true);
            default -> throw new IllegalArgumentException("interpolation is " + how + ", expected one that is drawn");
        }
    }

    /** Returns the matrix of PIL's {@code Image.rotate}: counter-clockwise about the centre. */
    static double[] rotation(double degrees, int width, int height) {
        double turn = degrees % 360;
        double angle = -Math.toRadians(turn < 0 ? turn + 360 : turn);
        double cos = rounded(Math.cos(angle));
        double sin = rounded(Math.sin(angle));
        double x = width / 2.0;
        double y = height / 2.0;
        return new double[] {cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y};
    }

    /** To 15 decimals, which makes the cosine of 90 degrees 0. */
    private static double rounded(double v) {
        return BigDecimal.valueOf(v).setScale(15, RoundingMode.HALF_EVEN).doubleValue();
    }

    private static void smooth(Pixels in, Pixels out, double[] m, int[] fill, boolean cubic) {
        int[] columns = new int[4];
        int[] rows = new int[4];
        int at = 0;
        for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++, at++) {
                double px = m[0] * (x + 0.5) + m[1] * (y + 0.5) + m[2];
                double py = m[3] * (x + 0.5) + m[4] * (y + 0.5) + m[5];
                if (px < 0 || px >= in.width() || py < 0 || py >= in.height()) {
                    for (int c = 0; c < in.channels(); c++) {
                        out.data()[c * out.plane() + at] = (byte) fill[c];
                    }
                    continue;
                }
                int left = (int) Math.floor(px - 0.5);
                int top = (int) Math.floor(py - 0.5);
                double dx = px - 0.5 - left;
                double dy = py - 0.5 - top;
                for (int k = 0; k < 4; k++) {
                    columns[k] = Math.max(0, Math.min(in.width() - 1, left - 1 + k));
                    rows[k] = Math.max(0, Math.min(in.height() - 1, top - 1 + k)) * in.width();
                }
                for (int c = 0; c < in.channels(); c++) {
                    int base = c * in.plane();
                    double v = cubic
                            ? bicubic(in.data(), base, rows, columns, dx, dy)
                            : bilinear(in.data(), base, rows, columns, dx, dy);
                    out.data()[c * out.plane() + at] = (byte) Math.max(0, Math.min(255, (int) v));
                }
            }
        }
    }

    private static double bilinear(byte[] in, int base, int[] rows, int[] columns, double dx, double dy) {
        double[] v = new double[2];
        for (int k = 0; k < 2; k++) {
            int row = base + rows[k + 1];
            int a = in[row + columns[1]] & 0xff;
            int b = in[row + columns[2]] & 0xff;
            v[k] = a + (b - a) * dx;
        }
        return v[0] + (v[1] - v[0]) * dy;
    }

    private static double bicubic(byte[] in, int base, int[] rows, int[] columns, double dx, double dy) {
        return cubic(
                row(in, base + rows[0], columns, dx),
                row(in, base + rows[1], columns, dx),
                row(in, base + rows[2], columns, dx),
                row(in, base + rows[3], columns, dx),
                dy);
    }

    /** The same polynomial of four bytes, whose coefficients are whole numbers. */
    private static double row(byte[] in, int row, int[] columns, double d) {
        int v1 = in[row + columns[0]] & 0xff;
        int v2 = in[row + columns[1]] & 0xff;
        int v3 = in[row + columns[2]] & 0xff;
        int v4 = in[row + columns[3]] & 0xff;
        return v2 + d * ((v3 - v1) + d * ((2 * (v1 - v2) + v3 - v4) + d * (v2 - v1 + v4 - v3)));
    }

    /** Cubic convolution with a = -1 in the order of PIL's operations, which decides the last bit. */
    private static double cubic(double v1, double v2, double v3, double v4, double d) {
        double linear = -v1 + v3;
        double square = 2 * (v1 - v2) + v3 - v4;
        double cube = -v1 + v2 - v3 + v4;
        return v2 + d * (linear + d * (square + d * cube));
    }

    private static void nearest(Pixels in, Pixels out, double[] m, int[] fill) {
        int[] source = m[1] == 0 && m[3] == 0 ? scaled(in, out, m) : fixedPoint(in, out, m);
        for (int c = 0; c < in.channels(); c++) {
            for (int i = 0; i < out.plane(); i++) {
                int from = source[i];
                out.data()[c * out.plane() + i] = from < 0 ? (byte) fill[c] : in.data()[c * in.plane() + from];
            }
        }
    }

    /** Without rotation or shear PIL adds up the step; the sum's rounding decides ties. */
    private static int[] scaled(Pixels in, Pixels out, double[] m) {
        int[] source = new int[out.plane()];
        double py = m[5] + m[4] * 0.5;
        for (int y = 0; y < out.height(); y++, py += m[4]) {
            int row = py < 0 ? -1 : (int) py;
            double px = m[2] + m[0] * 0.5;
            for (int x = 0; x < out.width(); x++, px += m[0]) {
                int column = px < 0 ? -1 : (int) px;
                source[y * out.width() + x] = index(in, column, row);
            }
        }
        return source;
    }

    /** Otherwise PIL calculates with 16 fractional bits. */
    private static int[] fixedPoint(Pixels in, Pixels out, double[] m) {
        int[] source = new int[out.plane()];
        int startX = fixed(m[2] + m[0] * 0.5 + m[1] * 0.5);
        int startY = fixed(m[5] + m[3] * 0.5 + m[4] * 0.5);
        for (int y = 0; y < out.height(); y++) {
            int px = startX + y * fixed(m[1]);
            int py = startY + y * fixed(m[4]);
            for (int x = 0; x < out.width(); x++) {
                source[y * out.width() + x] = index(in, px >> 16, py >> 16);
                px += fixed(m[0]);
                py += fixed(m[3]);
            }
        }
        return source;
    }

    private static int fixed(double v) {
        return (int) Math.floor(v * 65536 + 0.5);
    }

    private static int index(Pixels in, int x, int y) {
        return x >= 0 && x < in.width() && y >= 0 && y < in.height() ? y * in.width() + x : -1;
    }
}
