package org.backbonelab.data;

/**
 * One batch, normalised.
 *
 * @param pixels (N, C, H, W) in row-major order
 * @param labels (N)
 * @param channels C
 * @param size H and W
 */
public record Batch(float[] pixels, int[] labels, int channels, int size) {
    /** Returns the number of images. */
    public int count() {
        return labels.length;
    }
}
