package org.backbonelab.data;

import java.util.random.RandomGenerator;
import org.backbonelab.data.augment.Interpolation;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.augment.Resize;
import org.backbonelab.tensor.Seeds;

/**
 * Labelled images in memory, one byte a value.
 *
 * @param pixels (N, C, H, W) in row-major order, unsigned
 * @param labels (N), 0 to classes - 1
 * @param channels C
 * @param size H and W
 * @param classes number of classes
 */
public record Images(byte[] pixels, int[] labels, int channels, int size, int classes) implements ImageSource {
    /** Checks that pixels and labels agree. */
    public Images {
        long expected = (long) labels.length * channels * size * size;
        if (pixels.length != expected) {
            throw new IllegalArgumentException("images hold " + pixels.length + " values, expected " + expected
                    + " for " + labels.length + " labels of " + channels + "x" + size + "x" + size);
        }
        for (int label : labels) {
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException("label " + label + ", expected 0 to " + (classes - 1));
            }
        }
    }

    @Override
    public int count() {
        return labels.length;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public void read(int index, Pixels into) {
        into.reshape(channels, size, size);
        System.arraycopy(pixels, index * stride(), into.data(), 0, stride());
    }

    /** Returns the images of another source in memory, as evaluation has them in a batch: resized, the centre cut out. */
    public static Images copyOf(ImageSource source) {
        int stride = source.channels() * source.size() * source.size();
        byte[] pixels = new byte[Math.multiplyExact(source.count(), stride)];
        int[] labels = new int[source.count()];
        Pixels image = new Pixels();
        Pixels spare = new Pixels();
        Resize resize = new Resize();
        for (int i = 0; i < labels.length; i++) {
            source.read(i, image);
            Pipeline.fit(image, source, Interpolation.BICUBIC, resize, spare);
            System.arraycopy(image.data(), 0, pixels, i * stride, stride);
            labels[i] = source.label(i);
        }
        return new Images(pixels, labels, source.channels(), source.size(), source.classes());
    }

    /** Returns the number of values of one image. */
    public int stride() {
        return channels * size * size;
    }

    /**
     * Makes images from a seed, for unit tests: each class is a bright bar of its own place and angle, on noise.
     *
     * @param count of images; classes take turns
     */
    public static Images synthetic(int count, int channels, int size, int classes, long seed) {
        byte[] pixels = new byte[count * channels * size * size];
        int[] labels = new int[count];
        for (int n = 0; n < count; n++) {
            labels[n] = n % classes;
            RandomGenerator random = Seeds.stream(seed, "synthetic", n);
            double angle = Math.PI * labels[n] / classes;
            double shift = random.nextDouble() * 2 - 1;
            for (int i = 0; i < channels * size * size; i++) {
                double x = i % size - (size - 1) / 2.0;
                double y = i / size % size - (size - 1) / 2.0;
                double distance = Math.abs(x * Math.sin(angle) - y * Math.cos(angle) - shift);
                double value = (distance < size / 8.0 ? 200 : 40) + 30 * random.nextGaussian();
                pixels[n * channels * size * size + i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
            }
        }
        return new Images(pixels, labels, channels, size, classes);
    }
}
