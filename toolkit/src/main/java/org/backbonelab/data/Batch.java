package org.backbonelab.data;

import org.backbonelab.data.augment.Planes;

/**
 * One batch, normalised.
 *
 * @param pixels (N, C, H, W) in row-major order
 * @param labels (N); of a mixed batch, those of the images that came first
 * @param targets (N, K) shares of the classes that Mixup or CutMix gave, each row adding up to 1, without label
 *     smoothing (the loss smooths); null where the labels say it all
 * @param channels C
 * @param size H and W
 */
public record Batch(float[] pixels, int[] labels, float[] targets, int channels, int size) {
    /** Builds a batch of hard labels. */
    public Batch(float[] pixels, int[] labels, int channels, int size) {
        this(pixels, labels, null, channels, size);
    }

    /** Returns the number of images. */
    public int count() {
        return labels.length;
    }

    /** Returns the images without their labels. */
    public Planes planes() {
        return new Planes(pixels, count(), channels, size);
    }

    /** Returns this batch with other pixels. */
    public Batch withPixels(float[] value) {
        return new Batch(value, labels, targets, channels, size);
    }

    /** Returns this batch with other targets. */
    public Batch withTargets(float[] value) {
        return new Batch(pixels, labels, value, channels, size);
    }
}
