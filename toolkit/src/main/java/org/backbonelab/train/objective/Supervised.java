package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * Cross-entropy of a classifier: of the softmax, or binary for each class by itself as RSB trains.
 *
 * <p>The target is (1 - s) t + s / K, t the shares that Mixup or CutMix gave the batch, or 1 for its label.
 *
 * @param model classifies
 * @param labelSmoothing s, 0 to below 1
 * @param bce whether each logit is an answer by itself (mean over images and classes)
 */
public record Supervised(Backbone model, double labelSmoothing, boolean bce) implements Objective {
    /** Takes the cross-entropy of the softmax. */
    public Supervised(Backbone model, double labelSmoothing) {
        this(model, labelSmoothing, false);
    }

    /** Makes the objective {@code supervised}. */
    static Supervised softmax(ObjectiveContext context) {
        return new Supervised(context.model(), context.setting(Recipe.LABEL_SMOOTHING), false);
    }

    /** Makes the objective {@code bce}. */
    static Supervised binary(ObjectiveContext context) {
        return new Supervised(context.model(), context.setting(Recipe.LABEL_SMOOTHING), true);
    }

    @Override
    public NDArray loss(NDManager manager, Batch batch, Pass pass) {
        return loss(manager, images(manager, batch), batch, pass);
    }

    /**
     * Computes the mean loss of images that are there as an array.
     *
     * @param images (N, C, H, W), normalised
     * @param batch their labels or targets
     */
    public NDArray loss(NDManager manager, NDArray images, Batch batch, Pass pass) {
        NDArray logits = model.apply(images, pass);
        float[] shares = batch.targets() == null ? oneHot(batch, logits.getShape()) : batch.targets();
        NDArray targets = Torch.array(manager, shares, logits.getShape());
        return bce
                ? Kernels.binaryCrossEntropy(logits, targets, labelSmoothing)
                : Kernels.crossEntropy(logits, targets, labelSmoothing);
    }

    @Override
    public boolean classifies() {
        return true;
    }

    @Override
    public boolean canSample() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Labels are hard, without smoothing. The binary loss draws every class by itself and is a mean over K classes:
     * it is multiplied by the root of K, so that the squares of its gradient want the number of images only.
     */
    @Override
    public NDArray sampledLoss(NDManager manager, Batch batch, Pass pass, long seed) {
        NDArray logits = model.apply(images(manager, batch), pass);
        Shape shape = logits.getShape();
        int classes = Math.toIntExact(shape.get(1));
        float[] labels = SampledLabels.draw(values(logits), classes, bce, seed);
        NDArray targets = Torch.array(manager, labels, shape);
        return bce
                ? Kernels.binaryCrossEntropy(logits, targets, 0).mul(Torch.scalar(logits, Math.sqrt(classes)))
                : Kernels.crossEntropy(logits, targets, 0);
    }

    private static float[] values(NDArray logits) {
        return Torch.withoutGradients(() -> Kernels.toFloat(logits).toFloatArray());
    }

    private static float[] oneHot(Batch batch, Shape logits) {
        int classes = Math.toIntExact(logits.get(1));
        float[] out = new float[batch.count() * classes];
        for (int i = 0; i < batch.count(); i++) {
            out[i * classes + batch.labels()[i]] = 1;
        }
        return out;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return model.trainedParameters();
    }

    @Override
    public Map<String, Parameter> state() {
        return model.namedParameters();
    }

    /** Returns the pixels of a batch as an array (N, C, H, W). */
    public static NDArray images(NDManager manager, Batch batch) {
        return Torch.array(
                manager, batch.pixels(), new Shape(batch.count(), batch.channels(), batch.size(), batch.size()));
    }
}
