package org.backbonelab.data.augment;

import java.util.random.RandomGenerator;

/** How pixel values between the grid points are found, by the names and formulas of PIL. */
public enum Interpolation {
    /** The nearest pixel. */
    NEAREST,
    /** A tent: linear between two pixels. */
    BILINEAR,
    /** Keys' cubic convolution: a = -0.5 when an image is resized, a = -1 when it is rotated, sheared or shifted. */
    BICUBIC,
    /** Bilinear or bicubic, drawn anew each time, as timm does by default. */
    RANDOM;

    /** Returns the one to use now. */
    public Interpolation drawn(RandomGenerator random) {
        if (this != RANDOM) {
            return this;
        }
        return random.nextBoolean() ? BILINEAR : BICUBIC;
    }
}
