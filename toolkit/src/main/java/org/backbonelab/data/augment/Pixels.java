package org.backbonelab.data.augment;

/**
 * One image of unsigned bytes in a buffer that is used again and again.
 *
 * <p>Layout: (C, H, W) in row-major order. Not safe for several threads; each has its own.
 */
public final class Pixels {
    private byte[] data = new byte[0];
    private int channels;
    private int height;
    private int width;

    /** Makes room for an image of the given shape; what the buffer holds then is undefined. */
    public Pixels reshape(int newChannels, int newHeight, int newWidth) {
        int length = Math.multiplyExact(newChannels, Math.multiplyExact(newHeight, newWidth));
        if (newChannels < 1 || newHeight < 1 || newWidth < 1) {
            throw new IllegalArgumentException("image of " + newChannels + " channels, " + newHeight + " x " + newWidth
                    + " pixels, expected 1 or more of each");
        }
        if (data.length < length) {
            data = new byte[length];
        }
        channels = newChannels;
        height = newHeight;
        width = newWidth;
        return this;
    }

    /** Returns the buffer; it may be longer than the image. */
    public byte[] data() {
        return data;
    }

    /** Returns C. */
    public int channels() {
        return channels;
    }

    /** Returns H. */
    public int height() {
        return height;
    }

    /** Returns W. */
    public int width() {
        return width;
    }

    /** Returns the number of values of one channel. */
    public int plane() {
        return height * width;
    }

    /** Returns the number of values of the image. */
    public int length() {
        return channels * height * width;
    }
}
