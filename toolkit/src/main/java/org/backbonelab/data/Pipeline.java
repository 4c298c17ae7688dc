package org.backbonelab.data;

import java.util.random.RandomGenerator;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.data.augment.Crops;
import org.backbonelab.data.augment.Interpolation;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.augment.RandAugment;
import org.backbonelab.data.augment.RandomErasing;
import org.backbonelab.data.augment.Resize;
import org.backbonelab.data.fetch.DataException;

/**
 * What happens to one image between its source and the batch: read, crop, flip, RandAugment, normalise, erase.
 *
 * <p>Works on bytes until the normalisation, which is a table look-up. Has buffers: one thread at a time.
 */
final class Pipeline {
    private final ImageSource source;
    private final Augmentation augmentation;
    private final RandAugment randAugment;
    private final Resize resize = new Resize();
    private final float[][] normalised;
    private final int[] meanColour;
    private Pixels image = new Pixels();
    private Pixels spare = new Pixels();

    Pipeline(Dataset dataset, ImageSource source, Augmentation augmentation) {
        this.source = source;
        this.augmentation = augmentation;
        this.randAugment = augmentation.randAugment() == null ? null : RandAugment.parse(augmentation.randAugment());
        int channels = source.channels();
        if (randAugment != null && channels != 1 && channels != 3) {
            throw new IllegalArgumentException("RandAugment on images of " + channels
                    + " channels, expected 1 (grey) or 3 (RGB); train without it");
        }
        normalised = new float[channels][256];
        meanColour = new int[channels];
        for (int c = 0; c < channels; c++) {
            for (int v = 0; v < 256; v++) {
                normalised[c][v] = (v / 255f - dataset.mean()[c]) / dataset.std()[c];
            }
            meanColour[c] = (int) Math.min(255, Math.rint(255.0 * dataset.mean()[c]));
        }
    }

    /** Returns a batch of the right size, to be filled. */
    Batch empty(int count) {
        int channels = source.channels();
        int size = source.size();
        return new Batch(new float[count * channels * size * size], new int[count], channels, size);
    }

    /** Puts an image into a place of a batch as evaluation sees it. */
    void plain(int index, Batch batch, int place) {
        read(index, batch, place);
        fit(image, source, Interpolation.BICUBIC, resize, spare);
        normalise(batch, place);
    }

    /** Puts an image into a place of a batch as training sees it. */
    void augmented(int index, RandomGenerator random, Batch batch, int place) {
        read(index, batch, place);
        boolean flip = augmentation.flip() && random.nextBoolean();
        crop(random);
        if (flip) {
            Crops.mirror(image);
        }
        if (randAugment != null) {
            Pixels changed = randAugment.apply(image, spare, meanColour, augmentation.interpolation(), random);
            if (changed == spare) {
                swap();
            }
        }
        normalise(batch, place);
        if (augmentation.erasing().probability() > 0) {
            RandomErasing.apply(batch.planes(), place, augmentation.erasing(), random);
        }
    }

    private void read(int index, Batch batch, int place) {
        source.read(index, image);
        if (image.channels() != source.channels()) {
            throw new DataException("image " + index + " has " + image.channels() + " channels, expected "
                    + source.channels() + " as its source says");
        }
        batch.labels()[place] = source.label(index);
    }

    private void crop(RandomGenerator random) {
        Augmentation.Crop crop = augmentation.crop();
        int size = source.size();
        if (crop.kind() == Augmentation.CropKind.RESIZED) {
            Crops.Box box = Crops.random(image.width(), image.height(), crop, random);
            Interpolation how = augmentation.interpolation().drawn(random);
            spare.reshape(image.channels(), size, size);
            resize.apply(image, box, spare, how);
            swap();
            return;
        }
        boolean linear = augmentation.interpolation() == Interpolation.BILINEAR;
        fit(image, source, linear ? Interpolation.BILINEAR : Interpolation.BICUBIC, resize, spare);
        if (crop.kind() != Augmentation.CropKind.NONE) {
            int pad = crop.pixels(size);
            int dx = random.nextInt(2 * pad + 1) - pad;
            int dy = random.nextInt(2 * pad + 1) - pad;
            Crops.shift(image, spare, dx, dy, crop.kind() == Augmentation.CropKind.REFLECTED);
            swap();
        }
    }

    /**
     * Resizes the shorter side of an image and cuts out the centre, as its source has it in a batch; an image that has the
     * right size stays.
     *
     * @param spare a buffer
     */
    static void fit(Pixels image, ImageSource source, Interpolation how, Resize resize, Pixels spare) {
        int size = source.size();
        int side = (int) Math.floor(size / source.cropRatio());
        if (image.width() == size && image.height() == size && side == size) {
            return;
        }
        boolean wide = image.width() > image.height();
        int shorter = wide ? image.height() : image.width();
        int longer = (int) ((long) side * (wide ? image.width() : image.height()) / shorter);
        spare.reshape(image.channels(), wide ? side : longer, wide ? longer : side);
        resize.apply(image, new Crops.Box(0, 0, image.width(), image.height()), spare, how);
        image.reshape(spare.channels(), size, size);
        Crops.centre(spare, image);
    }

    private void normalise(Batch batch, int place) {
        int plane = image.plane();
        byte[] in = image.data();
        int from = 0;
        int to = place * image.length();
        for (float[] table : normalised) {
            for (int i = 0; i < plane; i++) {
                batch.pixels()[to + i] = table[in[from + i] & 0xff];
            }
            from += plane;
            to += plane;
        }
    }

    private void swap() {
        Pixels other = image;
        image = spare;
        spare = other;
    }
}
