package org.backbonelab.model;

/**
 * What a backbone is built for.
 *
 * @param channels of the image, 1 or 3
 * @param size height and width in pixels
 * @param classes of the classifier
 */
public record ImageSpec(int channels, int size, int classes) {
    /** Checks that all three are positive. */
    public ImageSpec {
        if (channels < 1 || size < 1 || classes < 1) {
            throw new IllegalArgumentException("image spec " + channels + " channels, " + size + " pixels, " + classes
                    + " classes: expected numbers of 1 or more");
        }
    }

    /** Returns this with another number of classes. */
    public ImageSpec withClasses(int other) {
        return new ImageSpec(channels, size, other);
    }
}
