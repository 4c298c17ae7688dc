package org.backbonelab.data.augment;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Erases a random rectangle of a normalised image, with the numbers and attempts of timm. */
public final class RandomErasing {
    private static final int ATTEMPTS = 10;
    private static final double AREA_MIN = 0.02;
    private static final double AREA_MAX = 1.0 / 3;
    private static final double LOG_RATIO = -Math.log(0.3);

    private RandomErasing() {}

    /**
     * Erases, as often as asked for, a rectangle of one image in place.
     *
     * @param place of the image in the batch, from 0
     */
    public static void apply(Planes batch, int place, Augmentation.Erasing erasing, RandomGenerator random) {
        if (random.nextDouble() >= erasing.probability()) {
            return;
        }
        int size = batch.size();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double area = (double) size * size * (AREA_MIN + (AREA_MAX - AREA_MIN) * random.nextDouble());
            double ratio = Math.exp(LOG_RATIO * (2 * random.nextDouble() - 1));
            int height = (int) Math.rint(Math.sqrt(area * ratio));
            int width = (int) Math.rint(Math.sqrt(area / ratio));
            if (height < size && width < size) {
                int top = random.nextInt(size - height + 1);
                int left = random.nextInt(size - width + 1);
                erase(batch, place, new Crops.Box(left, top, width, height), erasing.fill(), random);
                return;
            }
        }
    }

    private static void erase(Planes batch, int place, Crops.Box box, Augmentation.Fill fill, RandomGenerator random) {
        int size = batch.size();
        for (int c = 0; c < batch.channels(); c++) {
            int plane = place * batch.stride() + c * size * size;
            for (int y = box.y(); y < box.y() + box.height(); y++) {
                int from = plane + y * size + box.x();
                if (fill == Augmentation.Fill.CONST) {
                    Arrays.fill(batch.values(), from, from + box.width(), 0);
                    continue;
                }
                for (int i = from; i < from + box.width(); i++) {
                    batch.values()[i] = (float) random.nextGaussian();
                }
            }
        }
    }
}
