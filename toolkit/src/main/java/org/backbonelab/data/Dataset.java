package org.backbonelab.data;

import java.util.stream.IntStream;

/**
 * A data set of two parts, with what training needs to know of it.
 *
 * @param name on the list of {@link Datasets}
 * @param train images to train on
 * @param test images to evaluate on
 * @param mean of the training pixels in 0..1, per channel
 * @param std their deviation, per channel
 * @param checksum SHA-256 over pixels and labels of both parts, in hexadecimal
 */
public record Dataset(String name, ImageSource train, ImageSource test, float[] mean, float[] std, String checksum) {
    /** Returns these images at another size in a batch, under another name. */
    Dataset sized(String newName, int size) {
        return new Dataset(newName, new Sized(train, size), new Sized(test, size), mean, std, checksum);
    }

    /**
     * Returns stratified parts: each holds every class in its share of the images it is drawn from, rounded down or up.
     * The validation images are drawn from the training part and not trained on.
     *
     * @param seed of the choice; a larger training part holds the smaller one, and so do the other parts
     */
    public Split split(int trainCount, int validationCount, int testCount, long seed) {
        if (trainCount < 1 || validationCount < 1 || (long) trainCount + validationCount > train.count()) {
            throw new IllegalArgumentException(trainCount + " training and " + validationCount
                    + " validation images of " + name + ": expected 1 or more of each, and at most " + train.count()
                    + " together");
        }
        ImageSource held = train.subset(train.count(), seed);
        int first = train.count() - validationCount;
        return new Split(
                this,
                held.pick(IntStream.range(0, trainCount).toArray()),
                held.pick(IntStream.range(first, train.count()).toArray()),
                test.subset(testCount, seed));
    }
}
