package org.backbonelab.data;

/** The images of another source, resized to {@code size} in a batch; they stay in memory as they were. */
record Sized(ImageSource source, int size) implements View {}
