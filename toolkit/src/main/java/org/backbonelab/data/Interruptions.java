package org.backbonelab.data;

import static org.backbonelab.io.Checks.require;

import java.util.List;
import java.util.random.RandomGenerator;
import org.backbonelab.tensor.Seeds;

/**
 * Interruptions of a training, as they change the order of its images: what a loader makes of being pre-empted.
 *
 * <p>They are simulated: the training runs through, its network and optimizer lose nothing, and the number of updates
 * stays. Only the order is that of a loader which was stopped and started again.
 *
 * @param count how many, at updates drawn from the training's seed
 * @param restart what the loader does after each
 */
public record Interruptions(int count, Restart restart) {
    /** What a loader does when it starts again. */
    public enum Restart {
        /** It continues where it was, as this toolkit does: every image comes exactly once an epoch. */
        EXACT,
        /**
         * It draws the order anew and takes what is left of the epoch from its beginning: images seen before may come
         * again, others are left out. What the authors of NFNets at scale suspect of theirs (arXiv 2310.16764).
         */
        REDRAWN,
        /** It begins the epoch again in the same order: the first images come again, the last never. */
        EPOCH_AGAIN
    }

    /** None. */
    public static final Interruptions NONE = new Interruptions(0, Restart.EXACT);

    /** Checks the values. */
    public Interruptions {
        require(count >= 0, "interruptions", count, "0 or more");
        require(restart != null, "restart", restart, "EXACT, REDRAWN or EPOCH_AGAIN");
        require(count > 0 || restart == Restart.EXACT, "restart without interruptions", restart, "EXACT");
    }

    /**
     * Returns before which updates they come, in order; two may fall on one.
     *
     * @param updates of the whole training, 2 or more
     */
    List<Long> before(long updates, long seed) {
        require(updates > 1, "updates of a training with interruptions", updates, "2 or more");
        RandomGenerator random = Seeds.stream(seed, "interruptions");
        return random.longs(count, 1, updates).sorted().boxed().toList();
    }
}
