package org.backbonelab.data.augment;

/**
 * Changes of an image's values, in place, with the same results as PIL's {@code ImageOps} and {@code ImageEnhance}.
 *
 * <p>On one channel they do what PIL does with mode L: the grey image of a grey image is itself, so {@link #colour}
 * changes nothing and {@link #contrast} works on the channel's own mean.
 */
public final class ColourOps {
    private ColourOps() {}

    /** Makes the darkest value of each channel 0 and the brightest 255. */
    static void autoContrast(Pixels image) {
        for (int c = 0; c < image.channels(); c++) {
            int[] count = histogram(image, c);
            int low = 0;
            while (low < 255 && count[low] == 0) {
                low++;
            }
            int high = 255;
            while (high > 0 && count[high] == 0) {
                high--;
            }
            if (high <= low) {
                continue;
            }
            double scale = 255.0 / (high - low);
            double offset = -low * scale;
            byte[] table = new byte[256];
            for (int v = 0; v < 256; v++) {
                table[v] = clip((int) (v * scale + offset));
            }
            look(image, c, table);
        }
    }

    /** Spreads the values of each channel so that all are about as frequent. */
    static void equalize(Pixels image) {
        for (int c = 0; c < image.channels(); c++) {
            int[] count = histogram(image, c);
            int last = 255;
            while (count[last] == 0) {
                last--;
            }
            int step = (image.plane() - count[last]) / 255;
            if (step == 0) {
                continue;
            }
            byte[] table = new byte[256];
            int n = step / 2;
            for (int v = 0; v < 256; v++) {
                table[v] = clip(n / step);
                n += count[v];
            }
            look(image, c, table);
        }
    }

    /** Inverts the values from a threshold on; 0 inverts all, 256 none. */
    static void solarize(Pixels image, int threshold) {
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) {
            table[v] = (byte) (v < threshold ? v : 255 - v);
        }
        look(image, table);
    }

    /** Adds to the values below 128. */
    static void solarizeAdd(Pixels image, int add) {
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) {
            table[v] = v < 128 ? clip(v + add) : (byte) v;
        }
        look(image, table);
    }

    /** Keeps the given number of leading bits, 0 to 8. */
    static void posterize(Pixels image, int bits) {
        int mask = -(1 << (8 - bits));
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) {
            table[v] = (byte) (v & mask);
        }
        look(image, table);
    }

    /** Factor 0 gives black, 1 the image. */
    static void brightness(Pixels image, double factor) {
        blendWith(image, 0, (float) factor);
    }

    /** Factor 0 gives the mean grey, 1 the image. */
    static void contrast(Pixels image, double factor) {
        long sum = 0;
        for (int i = 0; i < image.plane(); i++) {
            sum += grey(image, i);
        }
        blendWith(image, (int) ((double) sum / image.plane() + 0.5), (float) factor);
    }

    /** Factor 0 gives the grey image, 1 the image. */
    static void colour(Pixels image, double factor) {
        if (image.channels() == 1) {
            return;
        }
        byte[] data = image.data();
        int plane = image.plane();
        for (int i = 0; i < plane; i++) {
            int grey = grey(image, i);
            for (int at = i; at < image.length(); at += plane) {
                data[at] = blend(grey, data[at] & 0xff, (float) factor);
            }
        }
    }

    /**
     * Factor 0 gives the smoothed image (a 3 x 3 mean whose centre counts five times; the border stays), 1 the image.
     *
     * @param out is given the result
     */
    static void sharpness(Pixels in, Pixels out, double factor) {
        int width = in.width();
        int height = in.height();
        out.reshape(in.channels(), height, width);
        System.arraycopy(in.data(), 0, out.data(), 0, in.length());
        for (int row = 0; row < in.channels() * height; row++) {
            int y = row % height;
            if (y == 0 || y == height - 1) {
                continue;
            }
            for (int i = row * width + 1; i < (row + 1) * width - 1; i++) {
                out.data()[i] = blend(smooth(in.data(), i, width), in.data()[i] & 0xff, (float) factor);
            }
        }
    }

    /**
     * PIL sums in single precision. Whole numbers give the same: the exact result is never nearer to the next byte than
     * 1/26, which is more than single precision loses.
     */
    private static int smooth(byte[] in, int i, int width) {
        int sum = three(in, i - width) + three(in, i) + three(in, i + width) + 4 * (in[i] & 0xff);
        return (2 * sum + 13) / 26;
    }

    private static int three(byte[] in, int i) {
        return (in[i - 1] & 0xff) + (in[i] & 0xff) + (in[i + 1] & 0xff);
    }

    /** ITU-R 601-2 luma with 16 fractional bits. */
    public static int grey(Pixels image, int i) {
        byte[] data = image.data();
        if (image.channels() == 1) {
            return data[i] & 0xff;
        }
        int plane = image.plane();
        return ((data[i] & 0xff) * 19595
                        + (data[i + plane] & 0xff) * 38470
                        + (data[i + 2 * plane] & 0xff) * 7471
                        + 0x8000)
                >> 16;
    }

    private static void blendWith(Pixels image, int value, float factor) {
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) {
            table[v] = blend(value, v, factor);
        }
        look(image, table);
    }

    private static byte blend(int from, int to, float factor) {
        return clip((int) (from + factor * (to - from)));
    }

    private static byte clip(int v) {
        return (byte) Math.max(0, Math.min(255, v));
    }

    private static int[] histogram(Pixels image, int channel) {
        int[] count = new int[256];
        int from = channel * image.plane();
        for (int i = from; i < from + image.plane(); i++) {
            count[image.data()[i] & 0xff]++;
        }
        return count;
    }

    private static void look(Pixels image, byte[] table) {
        for (int c = 0; c < image.channels(); c++) {
            look(image, c, table);
        }
    }

    private static void look(Pixels image, int channel, byte[] table) {
        byte[] data = image.data();
        int from = channel * image.plane();
        for (int i = from; i < from + image.plane(); i++) {
            data[i] = table[data[i] & 0xff];
        }
    }
}
