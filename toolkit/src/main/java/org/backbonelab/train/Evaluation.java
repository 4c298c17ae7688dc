package org.backbonelab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.ImageSource;
import org.backbonelab.layer.Pass;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.train.objective.Supervised;

/**
 * Accuracy and loss of a classifier on a set of images, in evaluation mode.
 *
 * @param top1 share of right answers, in percent
 * @param loss mean cross-entropy in nats, without smoothing
 */
public record Evaluation(double top1, double loss) {
    private static final int BATCH = 250;
    /** Of larger images fewer are evaluated at once: as many values as 250 images of 224 x 224 have. */
    private static final long VALUES = 40_000_000;

    /** Evaluates a model. */
    public static Evaluation of(Backbone model, Dataset dataset, ImageSource images) {
        return of(model, dataset, images, () -> false);
    }

    /**
     * Evaluates a model, unless told to stop.
     *
     * @param stop asked before every batch
     * @throws CancellationException if it says so
     */
    static Evaluation of(Backbone model, Dataset dataset, ImageSource images, BooleanSupplier stop) {
        return Torch.withoutGradients(() -> {
            double loss = 0;
            long right = 0;
            long each = (long) images.channels() * images.size() * images.size();
            int count = (int) Math.max(1, Math.min(BATCH, VALUES / each));
            for (Batch batch : Batches.inOrder(dataset, images, count)) {
                if (stop.getAsBoolean()) {
                    throw new CancellationException("evaluation was interrupted");
                }
                try (NDManager manager = Torch.newManager();
                        NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDArray logits = model.apply(Supervised.images(manager, batch), Pass.evaluation());
                    float[] logProbabilities = logits.logSoftmax(-1).toFloatArray();
                    long[] answers = logits.argMax(-1).toLongArray();
                    int classes = logProbabilities.length / batch.count();
                    for (int i = 0; i < batch.count(); i++) {
                        loss -= logProbabilities[i * classes + batch.labels()[i]];
                        right += answers[i] == batch.labels()[i] ? 1 : 0;
                    }
                }
            }
            return new Evaluation(100.0 * right / images.count(), loss / images.count());
        });
    }
}
