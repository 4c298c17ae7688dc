package org.backbonelab.measure;

import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Split;
import org.backbonelab.data.Subset;

/** The test images that measures look at: the same for every training of a split. */
final class TestImages {
    private TestImages() {}

    /** Returns so many at most, with every class in its share. */
    static Batch batch(Split split, int most) {
        int count = Math.min(most, split.test().count());
        return Batches.inOrder(split.source(), Subset.stratified(split.test(), count, 0), count)
                .get(0);
    }
}
