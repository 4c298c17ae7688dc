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
 * Softmax cross-entropy with label smoothing: the target is (1 - s) y + s / K.
 *
 * @param model classifies
 * @param labelSmoothing s, 0 to below 1
 */
public record Supervised(Backbone model, double labelSmoothing) implements Objective {
    @Override
    public NDArray loss(NDManager manager, Batch batch, Pass pass) {
        NDArray logits = model.apply(images(manager, batch), pass);
        int classes = Math.toIntExact(logits.getShape().get(1));
        float[] oneHot = new float[batch.count() * classes];
        for (int i = 0; i < batch.count(); i++) {
            oneHot[i * classes + batch.labels()[i]] = 1;
        }
        NDArray targets = Torch.array(manager, oneHot, logits.getShape());
        return Kernels.crossEntropy(logits, targets, labelSmoothing);
    }

    @Override
    public Map<String, Parameter> parameters() {
        return model.trainedParameters();
    }

    /** Returns the pixels of a batch as an array (N, C, H, W). */
    public static NDArray images(NDManager manager, Batch batch) {
        return Torch.array(
                manager, batch.pixels(), new Shape(batch.count(), batch.channels(), batch.size(), batch.size()));
    }
}
