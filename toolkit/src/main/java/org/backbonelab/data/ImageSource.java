package org.backbonelab.data;

import org.backbonelab.data.augment.Pixels;

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
}
