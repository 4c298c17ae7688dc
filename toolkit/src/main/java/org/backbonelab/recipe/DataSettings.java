package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

import org.backbonelab.data.Interruptions;
import org.backbonelab.data.augment.Augmentation;

/**
 * What a training sees.
 *
 * @param source images of a phase that does not train on its cell's
 * @param augmentation of training images
 * @param batchSize images an update
 * @param accumulate parts an update's images are cut into, one after the other through the network; batch norm and a
 *     contrastive loss see a part at a time
 * @param interruptions of the loader, simulated
 */
public record DataSettings(
        Source source, Augmentation augmentation, int batchSize, int accumulate, Interruptions interruptions) {
    /** Checks every value. */
    public DataSettings {
        require(source != null, "source", source, "a data set, or the cell's");
        require(augmentation != null, "augmentation", augmentation, "an augmentation, such as NONE");
        require(batchSize > 0, "batch size", batchSize, "1 or more");
        require(accumulate > 0 && accumulate <= batchSize, "accumulate", accumulate, "1 to the batch size");
        require(interruptions != null, "interruptions", interruptions, "a count and a restart, or NONE");
    }

    DataSettings withSource(Source value) {
        return new DataSettings(value, augmentation, batchSize, accumulate, interruptions);
    }

    DataSettings withAugmentation(Augmentation value) {
        return new DataSettings(source, value, batchSize, accumulate, interruptions);
    }

    DataSettings withBatch(int size, int parts) {
        return new DataSettings(source, augmentation, size, parts, interruptions);
    }

    DataSettings withInterruptions(Interruptions value) {
        return new DataSettings(source, augmentation, batchSize, accumulate, value);
    }
}
