package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

import java.util.List;
import java.util.Map;
import org.backbonelab.data.Interruptions;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.optim.Lookahead;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.optim.Schedule;
import org.backbonelab.tensor.Precision;

/**
 * How to train: everything but the network, the data set and the seed.
 *
 * @param data what a training sees
 * @param objective what is learned
 * @param optimization how a gradient becomes an update
 * @param schedule how long, and how the learning rate moves
 * @param network how it computes
 * @param evaluation what is evaluated, and what counts as divergence
 */
public record Recipe(
        DataSettings data,
        ObjectiveSettings objective,
        OptimizationSettings optimization,
        ScheduleSettings schedule,
        NetworkSettings network,
        EvaluationSettings evaluation) {
    /** The setting of {@link #withRegularisation}. */
    public static final String LABEL_SMOOTHING = "label_smoothing";

    /** The setting of {@link #withMaskRatio}. */
    public static final String MASK_RATIO = "mask_ratio";

    /** Checks what parts say of each other; each part checks its own values. */
    public Recipe {
        require(data != null, "data", data, "what a training sees");
        require(objective != null, "objective", objective, "a name and its settings");
        require(optimization != null, "optimization", optimization, "an optimizer and its values");
        require(schedule != null, "schedule", schedule, "epochs and a curve");
        require(network != null, "network", network, "how it computes");
        require(evaluation != null, "evaluation", evaluation, "what is evaluated");
        int m = optimization.sharpness().m();
        require(m <= data.batchSize(), "sharpness: m", m, "0 to the batch size " + data.batchSize());
    }

    /** Returns a plain supervised recipe: AdamW, cosine, crop and flip, batch 100. */
    public static Recipe supervised() {
        return new Recipe(
                new DataSettings(Source.CELL, Augmentation.CROP_FLIP, 100, 1, Interruptions.NONE),
                new ObjectiveSettings("supervised", Map.of()),
                new OptimizationSettings(
                        "adamw", 1e-3, 0.05, 1, List.of(), Lookahead.Settings.NONE, 0, 0, 0, Sharpness.SAM),
                new ScheduleSettings(10, 0, Schedule.COSINE),
                new NetworkSettings(0, Precision.FP32, false, Map.of()),
                new EvaluationSettings(Ema.NONE, 0, 0, NonFinite.STOP));
    }

    /** Returns this recipe on images of its own, for pre-training; a next phase on another data set gets a new classifier. */
    public Recipe withSource(String dataset, int images) {
        return with(data.withSource(new Source(dataset, images)));
    }

    /** Returns this recipe with another batch size. */
    public Recipe withBatchSize(int value) {
        return with(data.withBatch(value, data.accumulate()));
    }

    /** Returns this recipe with another augmentation. */
    public Recipe withAugmentation(Augmentation value) {
        return with(data.withAugmentation(value));
    }

    /** Returns this recipe with the images of an update going through the network in parts. */
    public Recipe withAccumulate(int parts) {
        return with(data.withBatch(data.batchSize(), parts));
    }

    /** Returns this recipe with a loader that is interrupted so often; 0 for none, whatever it would do then. */
    public Recipe withInterruptions(int count, Interruptions.Restart restart) {
        return with(data.withInterruptions(count == 0 ? Interruptions.NONE : new Interruptions(count, restart)));
    }

    /** Returns this recipe with another objective at the values of its entry in the list of objectives. */
    public Recipe withObjective(String name) {
        return withObjective(name, Map.of());
    }

    /** Returns this recipe with another objective and numbers of its own: {@code ("supcon", Map.of("temperature", 0.1))}. */
    public Recipe withObjective(String name, Map<String, Double> settings) {
        return with(new ObjectiveSettings(name, settings));
    }

    /** Returns this recipe with label smoothing and drop path. */
    public Recipe withRegularisation(double smoothing, double drop) {
        require(smoothing >= 0 && smoothing < 1, "label smoothing", smoothing, "0 to below 1");
        // Equal trainings have equal settings: a smoothing of 0 is none.
        boolean none = smoothing == 0;
        return with(none ? objective.without(LABEL_SMOOTHING) : objective.with(LABEL_SMOOTHING, smoothing))
                .with(network.withDropPath(drop));
    }

    /** Returns this recipe with another mask ratio. */
    public Recipe withMaskRatio(double value) {
        return with(objective.with(MASK_RATIO, value));
    }

    /** Returns this recipe with another optimizer, at its default learning rate and decay. */
    public Recipe withOptimizer(String name) {
        Optimizers.Entry entry = Optimizers.get(name);
        return withOptimizer(name, entry.learningRate(), entry.weightDecay());
    }

    /** Returns this recipe with another optimizer. */
    public Recipe withOptimizer(String name, double lr, double weightDecay) {
        return with(optimization.withOptimizer(name, lr, weightDecay));
    }

    /** Returns this recipe with another learning rate. */
    public Recipe withLr(double value) {
        return withOptimizer(optimization.optimizer(), value, optimization.weightDecay());
    }

    /** Returns this recipe with another weight decay. */
    public Recipe withWeightDecay(double value) {
        return withOptimizer(optimization.optimizer(), optimization.lr(), value);
    }

    /** Returns this recipe with another layer-wise decay of the learning rate. */
    public Recipe withLayerDecay(double value) {
        return with(optimization.withLayerDecay(value));
    }

    /** Returns this recipe with parameters that learn or decay differently. */
    public Recipe withGroups(ParameterGroup... value) {
        return with(optimization.withGroups(value == null ? null : List.of(value)));
    }

    /** Returns this recipe with look-ahead: after k updates the weights go back by 1 - alpha of the way. */
    public Recipe withLookahead(int k, double alpha) {
        return with(optimization.withLookahead(new Lookahead.Settings(k, alpha)));
    }

    /** Returns this recipe with clipping by global norm. */
    public Recipe withClipNorm(double value) {
        return with(optimization.withClipping(value, optimization.agc()));
    }

    /** Returns this recipe with adaptive gradient clipping. */
    public Recipe withAgc(double value) {
        return with(optimization.withClipping(optimization.clipNorm(), value));
    }

    /** Returns this recipe with another radius of SAM, 0 for the plain step. */
    public Recipe withRho(double value) {
        return withSam(optimization.sharpness(), value);
    }

    /** Returns this recipe with a member of the SAM family: {@code withSam(Sharpness.asam(0.01), 0.5)}. */
    public Recipe withSam(Sharpness kind, double radius) {
        return with(optimization.withSam(kind, radius));
    }

    /** Returns this recipe with other lengths. */
    public Recipe withEpochs(double epochs, double warmup) {
        return with(new ScheduleSettings(epochs, warmup, schedule.curve()));
    }

    /** Returns this recipe with another length; warm-up and milestones stay the same share of it. */
    public Recipe withEpochs(double value) {
        double stretch = value / schedule.epochs();
        return with(new ScheduleSettings(
                value, schedule.warmupEpochs() * stretch, schedule.curve().stretched(stretch)));
    }

    /** Returns this recipe with another schedule. */
    public Recipe withSchedule(Schedule value) {
        return with(new ScheduleSettings(schedule.epochs(), schedule.warmupEpochs(), value));
    }

    /** Returns this recipe with matrix products and convolutions in another precision. */
    public Recipe withPrecision(Precision value) {
        return with(network.withPrecision(value));
    }

    /** Returns this recipe with or without gradient checkpointing, for images or batches that memory does not hold. */
    public Recipe withGradientCheckpointing(boolean value) {
        return with(network.withGradientCheckpointing(value));
    }

    /**
     * Returns this recipe with parameters that are multiplied by a factor before its first update: {@code
     * withStartScale("head\\.fc\\..*", 0.001)} for a small classifier, {@code (".*\\.grn\\..*", 0)} for GRN that starts anew as
     * the identity.
     *
     * @param pattern a regular expression for whole timm-style names
     */
    public Recipe withStartScale(String pattern, double factor) {
        return with(network.withStartScale(pattern, factor));
    }

    /** Returns this recipe with another moving average of the weights. */
    public Recipe withEma(Ema value) {
        return with(
                new EvaluationSettings(value, evaluation.every(), evaluation.lossCeiling(), evaluation.nonFinite()));
    }

    /** Returns this recipe with an evaluation after every so many epochs, 0 for one at the end only. */
    public Recipe withEvaluateEvery(int value) {
        return with(new EvaluationSettings(evaluation.ema(), value, evaluation.lossCeiling(), evaluation.nonFinite()));
    }

    /** Returns this recipe with a loss above which a run counts as diverged, 0 for none. */
    public Recipe withLossCeiling(double value) {
        return with(new EvaluationSettings(evaluation.ema(), evaluation.every(), value, evaluation.nonFinite()));
    }

    /** Returns this recipe with another policy for numbers that are not finite. */
    public Recipe withNonFinite(NonFinite value) {
        return with(new EvaluationSettings(evaluation.ema(), evaluation.every(), evaluation.lossCeiling(), value));
    }

    private Recipe with(DataSettings value) {
        return new Recipe(value, objective, optimization, schedule, network, evaluation);
    }

    private Recipe with(ObjectiveSettings value) {
        return new Recipe(data, value, optimization, schedule, network, evaluation);
    }

    private Recipe with(OptimizationSettings value) {
        return new Recipe(data, objective, value, schedule, network, evaluation);
    }

    private Recipe with(ScheduleSettings value) {
        return new Recipe(data, objective, optimization, value, network, evaluation);
    }

    private Recipe with(NetworkSettings value) {
        return new Recipe(data, objective, optimization, schedule, value, evaluation);
    }

    private Recipe with(EvaluationSettings value) {
        return new Recipe(data, objective, optimization, schedule, network, value);
    }
}
