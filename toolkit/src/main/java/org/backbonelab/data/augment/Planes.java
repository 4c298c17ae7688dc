package org.backbonelab.data.augment;

/**
 * Normalised images of a batch.
 *
 * @param values (N, C, H, W) in row-major order
 * @param count N
 * @param channels C
 * @param size H and W
 */
public record Planes(float[] values, int count, int channels, int size) {
    /** Returns the number of values of one image. */
    int stride() {
        return channels * size * size;
    }
}
