package org.backbonelab.data;

import java.util.stream.IntStream;

/**
 * The images of one training: disjoint parts to train on, to choose hyper-parameters on, and to report on.
 *
 * @param source name, mean, deviation and checksum come from it
 * @param train images to train on
 * @param validation images held out of the training part, to choose hyper-parameters on
 * @param test images of the test part
 */
public record Split(Dataset source, ImageSource train, ImageSource validation, ImageSource test) {
    /** Returns the counts of the three parts, and fewer in the same proportion where a data set has fewer images. */
    public static int[] atMost(Dataset source, int train, int validation, int test) {
        double share = Math.min(1, (double) source.train().count() / ((long) train + validation));
        return new int[] {
            (int) (train * share),
            (int) (validation * share),
            Math.min(test, source.test().count())
        };
    }

    /**
     * Returns stratified parts: each holds every class in its share of the images it is drawn from, rounded down or up.
     * The validation images are drawn from the training part and not trained on.
     *
     * @param seed of the choice; a larger training part holds the smaller one, and so do the other parts
     */
    public static Split of(Dataset source, int trainCount, int validationCount, int testCount, long seed) {
        int count = source.train().count();
        if (trainCount < 1 || validationCount < 1 || (long) trainCount + validationCount > count) {
            throw new IllegalArgumentException(trainCount + " training and " + validationCount
                    + " validation images of " + source.name() + ": expected 1 or more of each, and at most " + count
                    + " together");
        }
        ImageSource held = Subset.stratified(source.train(), count, seed);
        return new Split(
                source,
                Subset.of(held, IntStream.range(0, trainCount).toArray()),
                Subset.of(held, IntStream.range(count - validationCount, count).toArray()),
                Subset.stratified(source.test(), testCount, seed));
    }
}
