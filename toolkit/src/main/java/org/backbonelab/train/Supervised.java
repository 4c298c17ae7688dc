package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * Cross-entropy with label smoothing: the target is (1 - s) y + s / K.
 *
 * @param model classifies
 * @param labelSmoothing s, 0 to below 1
 * @param bce whether every class has a binary cross-entropy of its own, in place of the softmax's
 */
public record Supervised(Backbone model, double labelSmoothing, boolean bce) implements Objective {
    /** Builds the softmax cross-entropy. */
    public Supervised(Backbone model, double labelSmoothing) {
        this(model, labelSmoothing, false);
    }

    @Override
    public NDArray loss(NDManager manager, Batch batch, Pass pass) {
        NDArray logits = model.apply(images(manager, batch), pass);
        int classes = Math.toIntExact(logits.getShape().get(1));
        float[] oneHot = new float[batch.count() * classes];
        for (int i = 0; i < batch.count(); i++) {
            oneHot[i * classes + batch.labels()[i]] = 1;
        }
        NDArray targets = Torch.array(manager, oneHot, logits.getShape());
        return bce
                ? Kernels.binaryCrossEntropy(logits, targets, labelSmoothing)
                : Kernels.crossEntropy(logits, targets, labelSmoothing);
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
