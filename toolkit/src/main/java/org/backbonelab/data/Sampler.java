package org.backbonelab.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;

/**
 * The order of the training images: a function of (count, repeats, seed, epoch), so that any batch of any epoch can be
 * asked for at any time, by any thread, in any process, and is the same.
 *
 * <p>Without repeats, every index comes exactly once an epoch.
 *
 * <p>With r repeats (repeated augmentation: Hoffer et al. 2020; DeiT's RASampler) an epoch still shows as many images
 * as there are, each chosen one r times in a row. r epochs in a row, from a multiple of r on, share one permutation and
 * take a part of it each: in these r epochs every index comes exactly r times, so none is forgotten and none comes too
 * often. If r does not divide the count, an index at the border of two epochs has its copies in both. DeiT's own
 * sampler takes the first part of a fresh permutation each epoch instead, so that there an index may be left out for
 * many epochs; and it sends the copies to different processes of one step, where here they are neighbours in a batch.
 */
public final class Sampler {
    private static final int KEPT = 2;

    private final int count;
    private final int repeats;
    private final long seed;
    private final Interruptions.Restart restart;
    /** The positions at which the loader starts again, counted from the first image of epoch 0, in order. */
    private final long[] restarts;

    /** The permutations used last; at the turn of an epoch, workers ask for two of them. */
    private List<Pass> kept = List.of();

    /** A permutation of all images; that of a restart has a number below 0. */
    private record Pass(long number, int[] order) {}

    /**
     * Builds a sampler.
     *
     * @param count of images, 1 or more
     * @param repeats of an image in a row, 1 or more
     */
    public Sampler(int count, int repeats, long seed) {
        this(count, repeats, seed, Interruptions.Restart.EXACT);
    }

    private Sampler(int count, int repeats, long seed, Interruptions.Restart restart, long... restarts) {
        if (count < 1) {
            throw new IllegalArgumentException(count + " images to train on, expected 1 or more");
        }
        if (repeats < 1) {
            throw new IllegalArgumentException("repeats is " + repeats + ", expected 1 or more");
        }
        this.count = count;
        this.repeats = repeats;
        if (repeats > 1 && restart != Interruptions.Restart.EXACT) {
            throw new IllegalArgumentException("repeats is " + repeats + " with interruptions that forget the order ("
                    + restart + "), expected 1");
        }
        this.seed = seed;
        this.restart = restart;
        this.restarts = restarts.clone();
    }

    /**
     * Returns the order of a loader that is interrupted.
     *
     * @param interruptions how often, and what the loader does then; other than exact ones need images without repeats
     * @param updates of the whole training
     * @param batchSize images an update; the last of an epoch may have fewer
     */
    public Sampler interrupted(Interruptions interruptions, long updates, int batchSize) {
        if (interruptions.restart() == Interruptions.Restart.EXACT) {
            return this;
        }
        long batches = (batchSize - 1L + count) / batchSize;
        long[] restarts = interruptions.before(updates, seed).stream()
                .mapToLong(u -> u / batches * count + u % batches * batchSize)
                .toArray();
        return new Sampler(count, repeats, seed, interruptions.restart(), restarts);
    }

    /** Returns the number of images of an epoch. */
    public int count() {
        return count;
    }

    /** Returns the indices of an epoch in order. */
    public int[] order(int epoch) {
        return order(epoch, 0, count);
    }

    /**
     * Returns the indices of part of an epoch in order.
     *
     * @param epoch from 0
     * @param from first position
     * @param to behind the last position, at most the count
     */
    public int[] order(int epoch, int from, int to) {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch is " + epoch + ", expected 0 or more");
        }
        int[] pass = pass(epoch / repeats);
        if (repeats == 1) {
            int[] out = Arrays.copyOfRange(pass, from, to);
            return restart == Interruptions.Restart.EXACT ? out : interrupted(epoch, from, out);
        }
        int[] out = new int[to - from];
        for (int i = 0; i < out.length; i++) {
            out[i] = pass[(int) (position(epoch, from + i) / repeats)];
        }
        return out;
    }

    /** Replaces the images of an epoch that come after its restarts, each as far as the next. */
    private int[] interrupted(int epoch, int from, int[] out) {
        long first = (long) epoch * count;
        for (int k = 0; k < restarts.length; k++) {
            long at = restarts[k] - first;
            long next = k + 1 < restarts.length ? restarts[k + 1] - first : count;
            int begin = (int) Math.max(at, from);
            int end = (int) Math.min(next, from + (long) out.length);
            if (at >= 0 && begin < end) {
                int[] order = pass(restart == Interruptions.Restart.REDRAWN ? -1 - k : epoch);
                System.arraycopy(order, (int) (begin - at), out, begin - from, end - begin);
            }
        }
        return out;
    }

    /** Returns which of the copies of its image stands at a position of an epoch, 0 to repeats - 1. */
    public int copy(int epoch, int position) {
        return (int) (position(epoch, position) % repeats);
    }

    private long position(int epoch, int position) {
        return (long) (epoch % repeats) * count + position;
    }

    private int[] pass(int number) {
        List<Pass> now;
        synchronized (this) {
            for (Pass pass : kept) {
                if (pass.number() == number) {
                    return pass.order();
                }
            }
            RandomGenerator random =
                    number < 0 ? Seeds.stream(seed, "restart", -number) : Seeds.stream(seed, "shuffle", number);
            Pass made = new Pass(number, Seeds.permutation(count, random));
            now = new ArrayList<>(kept.subList(Math.max(0, kept.size() - KEPT + 1), kept.size()));
            now.add(made);
            kept = List.copyOf(now);
            return made.order();
        }
    }
}
