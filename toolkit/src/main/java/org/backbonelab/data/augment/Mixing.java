package org.backbonelab.data.augment;

import java.util.random.RandomGenerator;
import org.hipparchus.distribution.continuous.BetaDistribution;

/** Mixup and CutMix of a batch with its own images in reversed order, one coefficient a batch (timm's mode "batch"). */
public final class Mixing {
    private Mixing() {}

    /**
     * Draws what to do with a batch and does it; the pixels are changed in place.
     *
     * @param labels (N)
     * @param classes K
     * @return the targets (N, K), or null where nothing was mixed
     */
    public static float[] draw(Planes batch, int[] labels, int classes, Augmentation.Mix mix, RandomGenerator random) {
        if (mix.off() || random.nextDouble() >= mix.probability()) {
            return null;
        }
        boolean both = mix.mixup() > 0 && mix.cutmix() > 0;
        boolean cut = both ? random.nextDouble() < mix.switchProbability() : mix.cutmix() > 0;
        double lambda = beta(cut ? mix.cutmix() : mix.mixup(), random);
        if (!cut) {
            return mixup(batch, labels, classes, lambda);
        }
        int size = batch.size();
        return cutmix(batch, labels, classes, box(size, lambda, random.nextInt(size), random.nextInt(size)));
    }

    /** One uniform number, and the inverse of the distribution function. */
    private static double beta(double alpha, RandomGenerator random) {
        return new BetaDistribution(alpha, alpha).inverseCumulativeProbability(random.nextDouble());
    }

    /** Image i becomes lambda times itself and 1 - lambda times image n - 1 - i, and so does its target. */
    static float[] mixup(Planes batch, int[] labels, int classes, double lambda) {
        int count = batch.count();
        float[] pixels = batch.values();
        int stride = batch.stride();
        float own = (float) lambda;
        float others = (float) (1 - lambda);
        for (int i = 0; i < (count + 1) / 2; i++) {
            int a = i * stride;
            int b = (count - 1 - i) * stride;
            for (int k = 0; k < stride; k++) {
                float first = pixels[a + k];
                float second = pixels[b + k];
                pixels[a + k] = first * own + second * others;
                pixels[b + k] = second * own + first * others;
            }
        }
        return targets(labels, classes, lambda);
    }

    /** The box of image i becomes that of image n - 1 - i; the target goes by the box's true area. */
    static float[] cutmix(Planes batch, int[] labels, int classes, Crops.Box box) {
        int count = batch.count();
        float[] pixels = batch.values();
        int size = batch.size();
        int stride = batch.stride();
        for (int i = 0; i < count / 2; i++) {
            int across = (count - 1 - 2 * i) * stride;
            for (int row = 0; row < batch.channels() * box.height(); row++) {
                int y = row / box.height() * size + row % box.height() + box.y();
                int from = i * stride + y * size + box.x();
                for (int k = from; k < from + box.width(); k++) {
                    float v = pixels[k];
                    pixels[k] = pixels[k + across];
                    pixels[k + across] = v;
                }
            }
        }
        return targets(labels, classes, 1 - (double) (box.width() * box.height()) / (size * size));
    }

    /** A square of the area 1 - lambda around a point, cut at the borders. */
    static Crops.Box box(int size, double lambda, int centreX, int centreY) {
        int side = (int) (size * Math.sqrt(1 - lambda));
        int left = Math.max(0, centreX - side / 2);
        int top = Math.max(0, centreY - side / 2);
        int right = Math.min(size, centreX + side / 2);
        int bottom = Math.min(size, centreY + side / 2);
        return new Crops.Box(left, top, right - left, bottom - top);
    }

    private static float[] targets(int[] labels, int classes, double lambda) {
        int count = labels.length;
        float[] targets = new float[count * classes];
        for (int i = 0; i < count; i++) {
            targets[i * classes + labels[i]] += (float) lambda;
            targets[i * classes + labels[count - 1 - i]] += (float) (1 - lambda);
        }
        return targets;
    }
}
