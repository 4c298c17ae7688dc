package org.backbonelab.train;

import ai.djl.training.listener.TrainingListener;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.backbonelab.train.checkpoint.CheckpointReader;
import org.backbonelab.train.checkpoint.Checkpoints;
import org.backbonelab.train.step.TimeTable;

/**
 * What a training run does besides training.
 *
 * @param checkpoints where its state is written now and then, null for nowhere
 * @param from the checkpoint it continues, null to begin
 * @param context what the caller wants to find in a checkpoint again, under {@code context}
 * @param listeners DJL's, called on the training thread
 * @param times where the time goes
 * @param stop asked after every batch: true writes a checkpoint and ends the run
 * @param watch told of every update
 */
public record TrainOptions(
        Checkpoints checkpoints,
        CheckpointReader from,
        JsonNode context,
        List<TrainingListener> listeners,
        TimeTable times,
        BooleanSupplier stop,
        Watch watch) {
    /** Who wants to know how far a training is. */
    @FunctionalInterface
    public interface Watch {
        /**
         * Says that an update was made, on the training thread.
         *
         * @param updates made so far
         * @param total updates of the training
         * @param epoch updates of an epoch
         * @param loss before the update
         */
        void updated(long updates, long total, long epoch, double loss);
    }

    /** Copies the listeners. */
    public TrainOptions {
        listeners = List.copyOf(listeners);
    }

    /** Returns nothing besides training. */
    public static TrainOptions none() {
        return new TrainOptions(
                null, null, NullNode.getInstance(), List.of(), new TimeTable(), () -> false, (u, t, e, l) -> {});
    }

    /** Returns these options with checkpoints, continuing one of them unless it is null. */
    public TrainOptions withCheckpoints(Checkpoints where, CheckpointReader continued, JsonNode callersContext) {
        return new TrainOptions(where, continued, callersContext, listeners, times, stop, watch);
    }

    /** Returns these options with other listeners. */
    public TrainOptions withListeners(TrainingListener... all) {
        return new TrainOptions(checkpoints, from, context, List.of(all), times, stop, watch);
    }

    /** Returns these options with a time table of the caller's. */
    public TrainOptions withTimes(TimeTable value) {
        return new TrainOptions(checkpoints, from, context, listeners, value, stop, watch);
    }

    /** Returns these options with somebody who may end the run. */
    public TrainOptions withStop(BooleanSupplier value) {
        return new TrainOptions(checkpoints, from, context, listeners, times, value, watch);
    }

    /** Returns these options with somebody who is told of every update. */
    public TrainOptions withWatch(Watch value) {
        return new TrainOptions(checkpoints, from, context, listeners, times, stop, value);
    }
}
