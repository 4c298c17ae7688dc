package org.backbonelab.data;

import org.backbonelab.data.augment.Pixels;

/** The images of another source, seen in another way; what an implementation does not say is as there. */
interface View extends ImageSource {
    /** Returns what is seen. */
    ImageSource source();

    @Override
    default int count() {
        return source().count();
    }

    @Override
    default int label(int index) {
        return source().label(index);
    }

    @Override
    default int classes() {
        return source().classes();
    }

    @Override
    default int channels() {
        return source().channels();
    }

    @Override
    default int size() {
        return source().size();
    }

    @Override
    default double cropRatio() {
        return source().cropRatio();
    }

    @Override
    default void read(int index, Pixels into) {
        source().read(index, into);
    }
}
