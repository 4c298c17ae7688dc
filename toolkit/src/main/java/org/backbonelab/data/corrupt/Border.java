package org.backbonelab.data.corrupt;

/** What stands beyond the edge of an image, each as one library of the published code has it. */
enum Border {
    /** The edge pixel again and again: a a a | a b c d | d d d. */
    NEAREST,
    /** Mirrored at the edge pixel, OpenCV's reflect 101: d c b | a b c d | c b a. */
    MIRROR,
    /** Mirrored at the edge itself, SciPy's reflect: c b a | a b c d | d c b. */
    REFLECT;

    /** Returns the index of the pixel that stands at i, of 0 to length - 1. */
    int index(int i, int length) {
        if (i >= 0 && i < length) {
            return i;
        }
        if (this == NEAREST || length == 1) {
            return i < 0 ? 0 : length - 1;
        }
        int period = this == MIRROR ? 2 * length - 2 : 2 * length;
        int m = Math.floorMod(i, period);
        return m < length ? m : (this == MIRROR ? period : period - 1) - m;
    }
}
