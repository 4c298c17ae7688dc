package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.Subset;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.PixelAttack;
import org.backbonelab.train.objective.Supervised;

/**
 * Accuracy on test images that an attacker has changed, who knows the network: FGSM (Goodfellow et al., arXiv 1412.6572) and
 * PGD (Madry et al., arXiv 1706.06083), in the maximum norm, on pixels in 0 to 1.
 *
 * <p>FGSM is one step of epsilon from the image. PGD makes several shorter ones from a random start and stays within epsilon.
 * The network is in evaluation mode, in float32. The share of pixels whose gradient is exactly zero tells whether the attack
 * could see: where the loss has vanished to rounding, a network looks robust and is not.
 */
public final class Attacks {
    private static final int IMAGES = 500;
    private static final int BATCH = 250;
    private static final int STEPS = 10;
    private static final double EPSILON = 8.0 / 255;
    private static final double LENGTH = 2.0 / 255;

    private Attacks() {}

    /**
     * Returns the measure {@code attacks}: {@code fgsm_top1}, {@code pgd_top1} (10 steps of 2/255), both with epsilon 8/255,
     * {@code attacked_clean_top1} of the same images as they are, and {@code zero_gradients}, the share of pixels without a
     * gradient; all in percent, on 500 test images.
     */
    public static Measure accuracy() {
        return Measure.of("attacks", Attacks::measure);
    }

    private static Measure.Found measure(Trained t) {
        Dataset source = t.split().source();
        ImageSource test = t.split().test();
        ImageSource chosen = Subset.stratified(test, Math.min(IMAGES, test.count()), 0);
        PixelAttack fgsm = PixelAttack.on(source, EPSILON);
        double[] right = new double[3];
        double zeros = 0;
        for (Batch batch : Batches.inOrder(source, chosen, BATCH)) {
            right[0] += right(t.model(), batch);
            Stepped first = step(t.model(), batch, batch.pixels(), fgsm);
            right[1] += right(t.model(), batch.withPixels(first.pixels));
            zeros += first.zeros * batch.count();
            Batch start = fgsm.randomStart(batch, t.seed());
            float[] moved = attack(t.model(), batch, start, fgsm.withStep(LENGTH), STEPS);
            right[2] += right(t.model(), batch.withPixels(moved));
        }
        double percent = 100.0 / chosen.count();
        Map<String, Double> metrics = Map.of(
                "attacked_clean_top1", right[0] * percent,
                "fgsm_top1", right[1] * percent,
                "pgd_top1", right[2] * percent,
                "zero_gradients", zeros * percent);
        return new Measure.Found(metrics, Map.of());
    }

    /**
     * Attacks images.
     *
     * @param batch the images
     * @param start where the first step begins: the images themselves, or {@link PixelAttack#randomStart}
     * @return their pixels, normalised
     * @throws CancellationException if the thread is interrupted
     */
    public static float[] attack(Backbone model, Batch batch, Batch start, PixelAttack attack, int steps) {
        float[] pixels = start.pixels();
        for (int i = 0; i < steps; i++) {
            pixels = step(model, batch, pixels, attack).pixels;
        }
        return pixels;
    }

    /** What a step gave: the pixels, and the share of them whose gradient was zero. */
    private record Stepped(float[] pixels, double zeros) {}

    private static Stepped step(Backbone model, Batch batch, float[] from, PixelAttack attack) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the attack was interrupted");
        }
        try (NDManager manager = Torch.newManager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray images = Supervised.images(manager, batch.withPixels(from));
            NDArray gradient = gradient(model, manager, images, batch);
            int zeros = 0;
            for (float g : gradient.toFloatArray()) {
                zeros += g == 0 ? 1 : 0;
            }
            NDArray at = Torch.withoutGradients(images::stopGradient);
            NDArray moved = attack.step(Supervised.images(manager, batch), at, gradient);
            return new Stepped(moved.toFloatArray(), (double) zeros / from.length);
        }
    }

    private static NDArray gradient(Backbone model, NDManager manager, NDArray images, Batch batch) {
        images.setRequiresGradient(true);
        return Torch.withGradients(() -> {
            NDArray loss = new Supervised(model, 0).loss(manager, images, batch, Pass.evaluation());
            return Kernels.grad(loss, List.of(images)).get(0);
        });
    }

    private static int right(Backbone model, Batch batch) {
        return Torch.withoutGradients(() -> {
            try (NDManager manager = Torch.newManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray logits = model.apply(Supervised.images(manager, batch), Pass.evaluation());
                long[] answers = logits.argMax(-1).toLongArray();
                int right = 0;
                for (int i = 0; i < answers.length; i++) {
                    right += answers[i] == batch.labels()[i] ? 1 : 0;
                }
                return right;
            }
        });
    }
}
