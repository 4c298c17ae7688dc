package org.backbonelab.data;

import org.backbonelab.data.augment.Pixels;

/** The images of another source, resized to {@code size} in a batch; they stay in memory as they were. */
record Sized(ImageSource source, int size) implements ImageSource {
    @Override
    public int count() {
        return source.count();
    }

    @Override
    public int label(int index) {
        return source.label(index);
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
    public double cropRatio() {
        return source.cropRatio();
    }

    @Override
    public void read(int index, Pixels into) {
        source.read(index, into);
    }
}
