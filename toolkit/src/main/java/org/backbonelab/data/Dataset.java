package org.backbonelab.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Consumer;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.io.Sha256;

/**
 * A data set of two parts, with what training needs to know of it.
 *
 * @param name on the list of {@link Datasets}
 * @param train images to train on
 * @param test images to evaluate on
 * @param mean of the training pixels in 0..1, per channel
 * @param std their deviation, per channel
 * @param checksum SHA-256 over pixels and labels of both parts, in hexadecimal
 */
public record Dataset(String name, ImageSource train, ImageSource test, float[] mean, float[] std, String checksum) {
    /** Returns a data set whose mean, deviation and checksum are computed; see {@link Datasets#of}. */
    static Dataset of(String name, ImageSource train, ImageSource test) {
        int channels = train.channels();
        long[][] counts = new long[channels][256];
        MessageDigest digest = Sha256.digest();
        digest(digest, train, image -> count(image, counts));
        digest(digest, test, image -> {});
        float[] mean = new float[channels];
        float[] std = new float[channels];
        for (int c = 0; c < channels; c++) {
            double n = Arrays.stream(counts[c]).sum();
            double sum = 0;
            double squares = 0;
            for (int v = 0; v < 256; v++) {
                sum += counts[c][v] * (v / 255.0);
                squares += counts[c][v] * (v / 255.0) * (v / 255.0);
            }
            mean[c] = (float) (sum / n);
            std[c] = (float) Math.sqrt(Math.max(1e-12, squares / n - sum / n * (sum / n)));
        }
        return new Dataset(name, train, test, mean, std, Sha256.hex(digest));
    }

    private static void count(Pixels image, long[][] counts) {
        int plane = image.plane();
        for (int c = 0; c < counts.length; c++) {
            for (int k = c * plane; k < (c + 1) * plane; k++) {
                counts[c][image.data()[k] & 0xff]++;
            }
        }
    }

    /** Pixels of all images, then their labels: of one byte where that is enough, else of four. */
    private static void digest(MessageDigest digest, ImageSource images, Consumer<Pixels> each) {
        Pixels image = new Pixels();
        for (int i = 0; i < images.count(); i++) {
            images.read(i, image);
            digest.update(image.data(), 0, image.length());
            each.accept(image);
        }
        boolean isByte = images.classes() <= 256;
        ByteBuffer labels = ByteBuffer.allocate(images.count() * (isByte ? Byte.BYTES : Integer.BYTES));
        for (int i = 0; i < images.count(); i++) {
            if (isByte) {
                labels.put((byte) images.label(i));
            } else {
                labels.putInt(images.label(i));
            }
        }
        digest.update(labels.array());
    }

    /** Returns these images at another size in a batch, under another name. */
    Dataset sized(String newName, int size) {
        return new Dataset(newName, new Sized(train, size), new Sized(test, size), mean, std, checksum);
    }
}
