package org.backbonelab.data.corrupt;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.backbonelab.data.augment.Pixels;

/**
 * An image while it is corrupted: values in 0..1, and beyond until it is written.
 *
 * @param channels one grid each, of equal size
 */
record Canvas(Grid[] channels) {
    /** What a double may lack to the whole number that it stands for, in units of a byte. */
    private static final double ROUNDING = 1e-6;

    static Canvas of(Pixels image) {
        Grid[] channels = new Grid[image.channels()];
        for (int c = 0; c < channels.length; c++) {
            channels[c] = Grid.zeros(image.height(), image.width());
            for (int i = 0; i < image.plane(); i++) {
                channels[c].values()[i] = (image.data()[c * image.plane() + i] & 0xff) / 255.0;
            }
        }
        return new Canvas(channels);
    }

    /** Returns the image as bytes: limited to 0..1, cut and not rounded, as the published images are. */
    Pixels pixels() {
        Pixels out = new Pixels().reshape(channels.length, height(), width());
        int at = 0;
        for (Grid channel : channels) {
            for (double v : channel.values()) {
                out.data()[at++] = (byte) (int) (Math.max(0, Math.min(1, v)) * 255 + ROUNDING);
            }
        }
        return out;
    }

    int height() {
        return channels[0].height();
    }

    int width() {
        return channels[0].width();
    }

    /** Returns the number of pixels. */
    int plane() {
        return height() * width();
    }

    /** Returns the ITU-R 601 luma of a pixel; of a grey image, its value. */
    double luma(int i) {
        if (channels.length == 1) {
            return channels[0].values()[i];
        }
        return 0.299 * channels[0].values()[i]
                + 0.587 * channels[1].values()[i]
                + 0.114 * channels[2].values()[i];
    }

    /** Puts another value in place of each, pixel by pixel and in these channel by channel. */
    void replace(DoubleUnaryOperator rule) {
        for (int i = 0; i < plane(); i++) {
            for (Grid channel : channels) {
                channel.values()[i] = rule.applyAsDouble(channel.values()[i]);
            }
        }
    }

    /** Puts another channel in place of each. */
    void replaceChannels(UnaryOperator<Grid> rule) {
        for (int c = 0; c < channels.length; c++) {
            channels[c] = rule.apply(channels[c]);
        }
    }

    /** Changes the image in colour: of a grey one, three equal channels, and then their luma. */
    void inColour(Consumer<Canvas> change) {
        if (channels.length == 3) {
            change.accept(this);
            return;
        }
        Canvas colour = new Canvas(new Grid[] {channels[0].copy(), channels[0].copy(), channels[0].copy()});
        change.accept(colour);
        colour.replace(v -> Math.max(0, Math.min(1, v)));
        Arrays.setAll(channels[0].values(), colour::luma);
    }
}
