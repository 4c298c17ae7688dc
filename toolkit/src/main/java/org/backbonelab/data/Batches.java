package org.backbonelab.data;

import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.data.augment.Mixing;
import org.backbonelab.tensor.Seeds;

/**
 * Cuts a data set into batches, in the order of a {@link Sampler}.
 *
 * <p>A batch is a function of (seed, epoch, number, batch size). What an image looks like depends on (seed, epoch,
 * index, copy) alone, whatever the batch size or restart; only Mixup and CutMix see the batch. Safe for several threads.
 */
public final class Batches {
    private final Split split;
    private final Augmentation augmentation;
    private final long seed;
    private final Sampler sampler;

    /** Pipelines not in use; each has buffers, and a thread takes one for a batch. */
    private final ConcurrentLinkedDeque<Pipeline> idle = new ConcurrentLinkedDeque<>();

    /**
     * Cuts batches of the training part.
     *
     * @throws IllegalArgumentException if the augmentation does not fit the images
     */
    public Batches(Split split, Augmentation augmentation, long seed) {
        this(split, augmentation, seed, new Sampler(split.train().count(), augmentation.repeats(), seed));
    }

    private Batches(Split split, Augmentation augmentation, long seed, Sampler sampler) {
        this.split = split;
        this.augmentation = augmentation;
        this.seed = seed;
        this.sampler = sampler;
        idle.add(new Pipeline(split.source(), split.train(), augmentation));
    }

    /**
     * Returns these batches as a loader gives them that is interrupted.
     *
     * @param interruptions how often, and what the loader does then
     * @param updates of the whole training
     */
    public Batches interrupted(Interruptions interruptions, long updates, int batchSize) {
        Sampler other = sampler.interrupted(interruptions, updates, batchSize);
        return other == sampler ? this : new Batches(split, augmentation, seed, other);
    }

    /** Returns the number of batches of an epoch; the last may be smaller. */
    public int perEpoch(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size is " + batchSize + ", expected 1 or more");
        }
        return (int) ((batchSize - 1L + split.train().count()) / batchSize);
    }

    /**
     * Returns a training batch.
     *
     * @param epoch from 0
     * @param number from 0 to {@link #perEpoch} - 1
     * @throws CancellationException if the thread is interrupted
     */
    public Batch train(int epoch, int number, int batchSize) {
        int batches = perEpoch(batchSize);
        if (number < 0 || number >= batches) {
            throw new IllegalArgumentException("batch " + number + ", expected 0 to " + (batches - 1));
        }
        int from = number * batchSize;
        int[] indices = sampler.order(epoch, from, (int) Math.min((long) from + batchSize, sampler.count()));
        Pipeline pipeline = idle.poll();
        if (pipeline == null) {
            pipeline = new Pipeline(split.source(), split.train(), augmentation);
        }
        Batch batch = pipeline.empty(indices.length);
        for (int i = 0; i < indices.length; i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("interrupted in epoch " + epoch + ", batch " + number);
            }
            pipeline.augmented(indices[i], stream(epoch, indices[i], sampler.copy(epoch, from + i)), batch, i);
        }
        idle.push(pipeline);
        RandomGenerator random = Seeds.stream(seed, "mix", epoch, number);
        return batch.withTargets(
                Mixing.draw(batch.planes(), batch.labels(), split.train().classes(), augmentation.mix(), random));
    }

    private RandomGenerator stream(int epoch, int index, int copy) {
        return augmentation.repeats() == 1
                ? Seeds.stream(seed, "augment", epoch, index)
                : Seeds.stream(seed, "augment", epoch, index, copy);
    }

    /** Returns all batches of given images in order, without augmentation; each is read when it is asked for. */
    public static List<Batch> inOrder(Dataset dataset, ImageSource images, int batchSize) {
        Pipeline pipeline = new Pipeline(dataset, images, Augmentation.NONE);
        return new AbstractList<>() {
            @Override
            public int size() {
                return (int) ((batchSize - 1L + images.count()) / batchSize);
            }

            @Override
            public Batch get(int number) {
                int from = java.util.Objects.checkIndex(number, size()) * batchSize;
                int[] indices = IntStream.range(from, (int) Math.min((long) from + batchSize, images.count()))
                        .toArray();
                synchronized (pipeline) {
                    Batch batch = pipeline.empty(indices.length);
                    for (int i = 0; i < indices.length; i++) {
                        pipeline.plain(indices[i], batch, i);
                    }
                    return batch;
                }
            }
        };
    }
}
