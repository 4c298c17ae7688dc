package org.backbonelab.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.io.Checks;

/**
 * Some of the images of another source, in an order of their own.
 *
 * @param source that has the images
 * @param indices of the images in it
 */
public record Subset(ImageSource source, int[] indices) implements View {
    /** Returns the images at the given indices. */
    public static Subset of(ImageSource images, int... indices) {
        if (images instanceof Subset subset) {
            // Straight to the source, so that a subset of a subset of a subset reads no slower.
            return new Subset(
                    subset.source,
                    Arrays.stream(indices).map(i -> subset.indices[i]).toArray());
        }
        return new Subset(images, indices.clone());
    }

    /**
     * Returns a stratified subset: each class in its share, rounded down or up, drawn at random, in random order.
     *
     * @param count of images in all, at most the number there are
     * @param seed the same seed gives the same subset, and a larger subset holds the smaller one
     */
    public static Subset stratified(ImageSource images, int count, long seed) {
        Checks.require(
                count >= 1 && count <= images.count(), "number of images of a subset", count, "1 to " + images.count());
        int[] labels = IntStream.range(0, images.count()).map(images::label).toArray();
        return of(images, Arrays.copyOf(StratifiedOrder.of(labels, images.classes(), seed), count));
    }

    @Override
    public int count() {
        return indices.length;
    }

    @Override
    public int label(int index) {
        return source.label(indices[index]);
    }

    @Override
    public void read(int index, Pixels into) {
        source.read(indices[index], into);
    }
}
