package org.backbonelab.data;

import java.util.Arrays;
import org.backbonelab.data.augment.Pixels;

/** Some of the images of another source, in an order of their own. */
record Picked(ImageSource source, int[] indices) implements ImageSource {
    @Override
    public int count() {
        return indices.length;
    }

    @Override
    public int label(int index) {
        return source.label(indices[index]);
    }

    @Override
    public int classes() {
        return source.classes();
    }

    @Override
    public int channels() {
        return source.channels();
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public double cropRatio() {
        return source.cropRatio();
    }

    @Override
    public void read(int index, Pixels into) {
        source.read(indices[index], into);
    }

    @Override
    public ImageSource pick(int... chosen) {
        // Straight to the source, so that a subset of a subset of a subset reads no slower.
        return new Picked(source, Arrays.stream(chosen).map(i -> indices[i]).toArray());
    }
}
