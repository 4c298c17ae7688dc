package org.backbonelab.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.io.Checks;

/**
 * Labelled images that can be read one by one, in any order, by several threads at once.
 *
 * <p>{@link Images} holds them in memory, {@link ImageFolder} reads them when they are asked for, so a large set need
 * not fit.
 */
public interface ImageSource {
    /** Returns the number of images. */
    int count();

    /** Returns the class of an image, 0 to {@link #classes} - 1, without reading it. */
    int label(int index);

    /** Returns the number of classes. */
    int classes();

    /** Returns C, which all images share. */
    int channels();

    /** Returns H and W of the images in a batch; those that {@link #read} gives may have another size. */
    int size();

    /**
     * Returns which share of the shorter side is kept where images are not cropped at random: the shorter side is
     * resized to size / ratio, then the centre is cut out.
     */
    default double cropRatio() {
        return 1;
    }

    /**
     * Reads an image as it is stored; safe for several threads, each with its own buffer.
     *
     * @param into is given the image's shape and values
     * @throws DataException if the image cannot be read; the message names the file
     */
    void read(int index, Pixels into);

    /** Returns the images at the given indices. */
    default ImageSource pick(int... indices) {
        return new Picked(this, indices.clone());
    }

    /**
     * Returns a stratified subset: each class in its share, rounded down or up, drawn at random, in random order.
     *
     * @param count of images in all, at most {@link #count()}
     * @param seed the same seed gives the same subset, and a larger subset holds the smaller one
     */
    default ImageSource subset(int count, long seed) {
        Checks.require(count >= 1 && count <= count(), "number of images of a subset", count, "1 to " + count());
        int[] labels = IntStream.range(0, count()).map(this::label).toArray();
        return pick(Arrays.copyOf(StratifiedOrder.of(labels, classes(), seed), count));
    }
}
