package org.backbonelab.data.augment;

import java.util.random.RandomGenerator;

/** Parts of images: random boxes, centres, shifted and mirrored images. */
public final class Crops {
    private static final int ATTEMPTS = 10;

    private Crops() {}

    /** A part of an image, in pixels from the upper left corner. */
    public record Box(int x, int y, int width, int height) {}

    /**
     * Draws the box of a resized crop as torchvision and timm do: ten attempts at an area and an aspect ratio (uniform
     * in its logarithm) that fit, else the largest centred box of a ratio in range.
     */
    public static Box random(int width, int height, Augmentation.Crop crop, RandomGenerator random) {
        double area = (double) width * height;
        double logMin = Math.log(crop.ratioMin());
        double logMax = Math.log(crop.ratioMax());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double target = area * (crop.scaleMin() + (crop.scaleMax() - crop.scaleMin()) * random.nextDouble());
            double ratio = Math.exp(logMin + (logMax - logMin) * random.nextDouble());
            int w = (int) Math.rint(Math.sqrt(target * ratio));
            int h = (int) Math.rint(Math.sqrt(target / ratio));
            // A share of a tiny image may round to no pixel at all.
            if (w > 0 && h > 0 && w <= width && h <= height) {
                int y = random.nextInt(height - h + 1);
                int x = random.nextInt(width - w + 1);
                return new Box(x, y, w, h);
            }
        }
        double ratio = (double) width / height;
        int w = ratio > crop.ratioMax() ? Math.max(1, (int) Math.rint(height * crop.ratioMax())) : width;
        int h = ratio < crop.ratioMin() ? Math.max(1, (int) Math.rint(width / crop.ratioMin())) : height;
        return new Box((width - w) / 2, (height - h) / 2, w, h);
    }

    /** Copies the centre of one image into another, which has the shape of the part. */
    public static void centre(Pixels in, Pixels out) {
        int top = (int) Math.rint((in.height() - out.height()) / 2.0);
        int left = (int) Math.rint((in.width() - out.width()) / 2.0);
        for (int row = 0; row < in.channels() * out.height(); row++) {
            int c = row / out.height();
            int y = row % out.height() + top;
            System.arraycopy(
                    in.data(), (c * in.height() + y) * in.width() + left, out.data(), row * out.width(), out.width());
        }
    }

    /** Writes the image seen through a window that is moved by (dx, dy); outside it is zero or mirrored. */
    public static void shift(Pixels in, Pixels out, int dx, int dy, boolean reflect) {
        int height = in.height();
        int width = in.width();
        out.reshape(in.channels(), height, width);
        for (int row = 0; row < in.channels() * height; row++) {
            int y = row % height + dy;
            if (reflect) {
                y = reflected(y, height);
            }
            int to = row * width;
            if (y < 0 || y >= height) {
                java.util.Arrays.fill(out.data(), to, to + width, (byte) 0);
                continue;
            }
            int from = (row / height * height + y) * width;
            int first = Math.min(width, Math.max(0, -dx));
            int last = Math.max(first, Math.min(width, width - dx));
            System.arraycopy(in.data(), from + first + dx, out.data(), to + first, last - first);
            for (int x = 0; x < first; x++) {
                out.data()[to + x] = reflect ? in.data()[from + reflected(x + dx, width)] : 0;
            }
            for (int x = last; x < width; x++) {
                out.data()[to + x] = reflect ? in.data()[from + reflected(x + dx, width)] : 0;
            }
        }
    }

    /** The edge pixel is the mirror: -1 becomes 1. */
    private static int reflected(int i, int length) {
        if (length == 1) {
            return 0;
        }
        int period = 2 * (length - 1);
        int m = Math.floorMod(i, period);
        return m < length ? m : period - m;
    }

    /** Mirrors left and right in place. */
    public static void mirror(Pixels image) {
        byte[] data = image.data();
        int width = image.width();
        for (int start = 0; start < image.length(); start += width) {
            for (int a = start, b = start + width - 1; a < b; a++, b--) {
                byte v = data[a];
                data[a] = data[b];
                data[b] = v;
            }
        }
    }
}
