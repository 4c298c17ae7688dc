package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

import org.backbonelab.optim.Schedule;

/**
 * How long a training is, and how its learning rate moves.
 *
 * @param epochs passes over the training images; a fraction trains part of one
 * @param warmupEpochs length of the linear warm-up
 * @param curve of the learning rate
 */
public record ScheduleSettings(double epochs, double warmupEpochs, Schedule curve) {
    /** Checks every value. */
    public ScheduleSettings {
        require(epochs > 0 && epochs < 1e6, "epochs", epochs, "a positive number");
        require(warmupEpochs >= 0 && warmupEpochs < epochs, "warm-up epochs", warmupEpochs, "0 to below the epochs");
        require(curve != null, "schedule", curve, "a schedule");
    }
}
