package org.backbonelab.train;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import java.util.List;
import java.util.Map;
import org.backbonelab.data.Batch;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;

/**
 * Calls DJL's training listeners from our loop.
 *
 * <p>Their methods take a {@link Trainer}. This one is built on the network that is trained; it has metrics, and its
 * loss is the loop's: whatever a listener asks of {@code trainer.getLoss()} is right. It does not train, so its
 * optimizer and its gradient collector mean nothing. A batch has labels, its size and its place in the epoch; inputs
 * and predictions are empty lists, as the loop keeps neither.
 */
final class Listeners implements AutoCloseable {
    private final LoopLoss loss = new LoopLoss();
    private final Trainer trainer;
    private final Model model;

    /** Tells the listeners that training begins; does nothing, here and later, where there are none. */
    Listeners(List<TrainingListener> listeners, Backbone network) {
        if (listeners.isEmpty()) {
            model = null;
            trainer = null;
            return;
        }
        model = Model.newInstance(
                network.getClass().getSimpleName(), Torch.engine().getEngineName());
        model.setBlock(network);
        DefaultTrainingConfig config = new DefaultTrainingConfig(loss)
                .optDevices(new Device[] {Torch.device()})
                .addTrainingListeners(listeners.toArray(new TrainingListener[0]));
        trainer = new Trainer(model, config);
        trainer.setMetrics(new Metrics());
    }

    /**
     * Tells of an update.
     *
     * @param value the loss before it
     * @param number of the batch in its epoch, from 0
     * @param perEpoch batches of an epoch
     */
    void batch(Batch batch, double value, long number, long perEpoch) {
        if (trainer != null) {
            loss.value = value;
            try (NDManager manager = trainer.getManager().newSubManager()) {
                NDArray labels = manager.create(batch.labels());
                TrainingListener.BatchData data = data(manager, labels, batch.count(), number, perEpoch);
                trainer.notifyListeners(listener -> listener.onTrainingBatch(trainer, data));
            }
        }
    }

    /** Tells of an evaluation, as one batch of validation. */
    void evaluated(Evaluation found) {
        if (trainer != null) {
            loss.value = found.loss();
            try (NDManager manager = trainer.getManager().newSubManager()) {
                TrainingListener.BatchData data = data(manager, manager.create(new int[0]), 0, 0, 1);
                trainer.notifyListeners(listener -> listener.onValidationBatch(trainer, data));
            }
        }
    }

    private static TrainingListener.BatchData data(
            NDManager manager, NDArray labels, int size, long number, long perEpoch) {
        ai.djl.training.dataset.Batch batch = new ai.djl.training.dataset.Batch(
                manager, new NDList(), new NDList(labels), size, null, null, number, perEpoch);
        return new TrainingListener.BatchData(
                batch, Map.of(Torch.device(), new NDList(labels)), Map.of(Torch.device(), new NDList()));
    }

    /** Tells that an epoch has ended. */
    void epoch() {
        if (trainer != null) {
            trainer.notifyListeners(listener -> listener.onEpoch(trainer));
        }
    }

    /** Tells that training ends, whatever the reason. */
    @Override
    public void close() {
        if (trainer != null) {
            trainer.close();
            model.close();
        }
    }

    /** The loss that the loop has found, for whatever is asked. */
    private static final class LoopLoss extends Loss {
        private double value;

        LoopLoss() {
            super("loss");
        }

        @Override
        public NDArray evaluate(NDList labels, NDList predictions) {
            return labels.getManager().create((float) value);
        }
    }
}
