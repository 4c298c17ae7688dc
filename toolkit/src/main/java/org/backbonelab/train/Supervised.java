package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
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
        return crossEntropy(logits, batch.labels());
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

    private NDArray crossEntropy(NDArray logits, int[] labels) {
        int classes = Math.toIntExact(logits.getShape().get(1));
        float[] target = new float[labels.length * classes];
        java.util.Arrays.fill(target, (float) (labelSmoothing / classes));
        for (int i = 0; i < labels.length; i++) {
            target[i * classes + labels[i]] += (float) (1 - labelSmoothing);
        }
        NDArray y = Torch.array(logits.getManager(), target, logits.getShape());
        return logits.logSoftmax(-1).mul(y).sum().div(Torch.scalar(logits, -labels.length));
    }
}
