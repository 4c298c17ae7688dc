package org.backbonelab.data;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;

/**
 * Cuts a data set into batches: every index once an epoch, in an order that depends on (seed, epoch) alone.
 *
 * <p>Augmentation draws from (seed, epoch, index), so an image looks the same whatever the batch size or restart.
 */
public final class Batches {
    private final Split split;
    private final Augmentation augmentation;
    private final long seed;

    /** Random changes of training images. */
    public enum Augmentation {
        /** None. */
        NONE,
        /** A horizontal flip with probability 1/2. */
        FLIP,
        /** A flip, and a crop after padding by a fourteenth of the size (2 pixels of 28) with the background. */
        CROP_FLIP
    }

    /** Cuts batches of the training part. */
    public Batches(Split split, Augmentation augmentation, long seed) {
        this.split = split;
        this.augmentation = augmentation;
        this.seed = seed;
    }

    /** Returns the number of batches of an epoch; the last may be smaller. */
    public int perEpoch(int batchSize) {
        return (split.train().count() + batchSize - 1) / batchSize;
    }

    /**
     * Returns a training batch.
     *
     * @param epoch from 0
     * @param number from 0 to {@link #perEpoch} - 1
     */
    public Batch train(int epoch, int number, int batchSize) {
        int[] order = Seeds.permutation(split.train().count(), Seeds.stream(seed, "shuffle", epoch));
        int[] indices = slice(order, number, batchSize);
        Images picked = split.train().pick(indices);
        if (augmentation != Augmentation.NONE) {
            for (int i = 0; i < indices.length; i++) {
                augment(picked, i, Seeds.stream(seed, "augment", epoch, indices[i]));
            }
        }
        return normalise(picked);
    }

    /** Returns all batches of given images in order, without augmentation. */
    public static java.util.List<Batch> inOrder(Dataset dataset, Images images, int batchSize) {
        int[] order = java.util.stream.IntStream.range(0, images.count()).toArray();
        return java.util.stream.IntStream.range(0, (images.count() + batchSize - 1) / batchSize)
                .mapToObj(b -> normalise(dataset, images.pick(slice(order, b, batchSize))))
                .toList();
    }

    private static int[] slice(int[] order, int number, int batchSize) {
        return Arrays.copyOfRange(order, number * batchSize, Math.min(order.length, (number + 1) * batchSize));
    }

    private void augment(Images images, int n, RandomGenerator random) {
        boolean flip = random.nextBoolean();
        int pad = augmentation == Augmentation.CROP_FLIP ? Math.max(1, images.size() / 14) : 0;
        int dx = random.nextInt(2 * pad + 1) - pad;
        int dy = random.nextInt(2 * pad + 1) - pad;
        int size = images.size();
        byte[] plane = new byte[size * size];
        for (int c = 0; c < images.channels(); c++) {
            int start = (n * images.channels() + c) * plane.length;
            System.arraycopy(images.pixels(), start, plane, 0, plane.length);
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    int sy = y + dy;
                    int sx = (flip ? size - 1 - x : x) + dx;
                    boolean inside = sy >= 0 && sy < size && sx >= 0 && sx < size;
                    images.pixels()[start + y * size + x] = inside ? plane[sy * size + sx] : 0;
                }
            }
        }
    }

    private Batch normalise(Images images) {
        return normalise(split.source(), images);
    }

    private static Batch normalise(Dataset dataset, Images images) {
        int plane = images.size() * images.size();
        float[] out = new float[images.pixels().length];
        for (int i = 0; i < out.length; i++) {
            int c = i / plane % images.channels();
            out[i] = ((images.pixels()[i] & 0xff) / 255f - dataset.mean()[c]) / dataset.std()[c];
        }
        return new Batch(out, images.labels(), images.channels(), images.size());
    }
}
