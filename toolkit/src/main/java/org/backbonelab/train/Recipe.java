package org.backbonelab.train;

import java.util.List;
import java.util.function.Consumer;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.optim.Lookahead;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.optim.Schedule;
import org.backbonelab.tensor.Precision;

/**
 * How to train: everything but the network, the data and the seed.
 *
 * @param source images of a phase that does not train on its cell's
 * @param objective what is learned
 * @param loss of supervised training
 * @param epochs passes over the training images; a fraction trains part of one
 * @param batchSize images an update
 * @param accumulate parts an update's images are cut into, one after the other through the network; batch norm sees a
 *     part at a time
 * @param gradientCheckpointing whether the backward pass computes each block anew rather than have kept what it made on
 *     the way: the same numbers in less memory and more time, see {@link org.backbonelab.layer.Recomputation}
 * @param optimizer a name of {@link Optimizers}
 * @param lr learning rate after warm-up
 * @param weightDecay decay; exempt are scalars and vectors (biases, norms, GRN, LayerScale, gains), position embeddings,
 *     tables of relative position biases and tokens, unless the optimizer's entry decays all
 * @param layerDecay factor of the learning rate from a layer to the one before; 1 = all alike, see {@link LayerDecay}
 * @param groups parameters that learn or decay differently, by name; the first that fits counts
 * @param lookahead slow weights behind the optimizer's
 * @param schedule of the learning rate
 * @param warmupEpochs length of the linear warm-up
 * @param labelSmoothing 0 to below 1
 * @param dropPath rate of the last block
 * @param augmentation of training images
 * @param clipNorm largest global norm of the gradients, 0 = no clipping
 * @param agc lambda of adaptive gradient clipping, 0 = none
 * @param rho radius of SAM, 0 = the plain step
 * @param sharpness which member of the SAM family has this radius
 * @param maskRatio share of removed patches in masked pre-training
 * @param ema moving average of the weights; where there is one, it is what is evaluated and what remains
 * @param evaluateEvery epochs between evaluations on the validation images, 0 = at the end only
 * @param lossCeiling a loss above it counts as divergence, 0 = only one that is not finite does
 * @param nonFinite what happens where a loss or gradient is NaN or infinite
 * @param precision of matrix products and convolutions
 */
public record Recipe(
        Source source,
        Objective.Kind objective,
        Supervised.Loss loss,
        double epochs,
        int batchSize,
        int accumulate,
        boolean gradientCheckpointing,
        String optimizer,
        double lr,
        double weightDecay,
        double layerDecay,
        List<ParameterGroup> groups,
        Lookahead.Settings lookahead,
        Schedule schedule,
        double warmupEpochs,
        double labelSmoothing,
        double dropPath,
        Augmentation augmentation,
        double clipNorm,
        double agc,
        double rho,
        Sharpness sharpness,
        double maskRatio,
        Ema ema,
        int evaluateEvery,
        double lossCeiling,
        NonFinite nonFinite,
        Precision precision) {
    /** Checks every value; the message names the value and what was expected. */
    public Recipe {
        Optimizers.get(optimizer);
        require(source != null, "source", source, "a data set, or the cell's");
        require(objective != null, "objective", objective, "SUPERVISED or FCMAE");
        require(loss != null, "loss", loss, "CROSS_ENTROPY or BCE");
        require(groups != null, "parameter groups", groups, "a list, empty for none");
        groups = List.copyOf(groups);
        require(lookahead != null, "look-ahead", lookahead, "k and alpha, or NONE");
        require(sharpness != null, "sharpness", sharpness, "one of the SAM family");
        require(nonFinite != null, "non-finite", nonFinite, "STOP, SKIP or PROPAGATE");
        require(schedule != null, "schedule", schedule, "a schedule");
        require(ema != null, "ema", ema, "a decay and a warm-up");
        require(precision != null, "precision", precision, "FP32, BF16 or AUTO");
        require(epochs > 0 && epochs < 1e6, "epochs", epochs, "a positive number");
        require(batchSize > 0, "batch size", batchSize, "1 or more");
        require(accumulate > 0 && accumulate <= batchSize, "accumulate", accumulate, "1 to the batch size");
        require(lr > 0 && Double.isFinite(lr), "learning rate", lr, "a positive number");
        require(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay, "0 or more");
        require(layerDecay > 0 && layerDecay <= 1, "layer decay", layerDecay, "above 0 and at most 1 (off)");
        require(warmupEpochs >= 0 && warmupEpochs < epochs, "warm-up epochs", warmupEpochs, "0 to below the epochs");
        require(labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing", labelSmoothing, "0 to below 1");
        require(dropPath >= 0 && dropPath < 1, "drop path", dropPath, "0 to below 1");
        require(clipNorm >= 0, "clip norm", clipNorm, "0 (off) or more");
        require(agc >= 0, "agc", agc, "0 (off) or more");
        require(rho >= 0 && Double.isFinite(rho), "rho", rho, "0 (plain step) or more");
        boolean below = rho == 0 || sharpness.rhoMin() <= rho;
        require(below, "sharpness: rhoMin", sharpness.rhoMin(), "0 to rho, which is " + rho);
        require(sharpness.m() <= batchSize, "sharpness: m", sharpness.m(), "0 to the batch size " + batchSize);
        require(maskRatio >= 0 && maskRatio < 1, "mask ratio", maskRatio, "0 to below 1");
        boolean evaluable = evaluateEvery >= 0 && (evaluateEvery == 0 || objective == Objective.Kind.SUPERVISED);
        require(evaluable, "evaluate every", evaluateEvery, "0 (at the end), or more epochs if supervised");
        require(lossCeiling >= 0, "loss ceiling", lossCeiling, "0 (off) or more");
    }

    private static void require(boolean ok, String what, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(what + " is " + value + ", expected " + expected);
        }
    }

    /** Returns a plain supervised recipe: AdamW, cosine, crop and flip, batch 100. */
    public static Recipe supervised() {
        return new RecipeDraft().build();
    }

    /** Returns FCMAE's recipe (ConvNeXt V2, table 8) at small scale: AdamW (0.9, 0.95), cosine, mask ratio 0.6. */
    public static Recipe fcmae() {
        RecipeDraft d = new RecipeDraft();
        d.objective = Objective.Kind.FCMAE;
        d.optimizer = "adamw_mae";
        d.lr = 1.5e-3;
        d.augmentation = Augmentation.FLIP;
        d.maskRatio = 0.6;
        return d.build();
    }

    /** Returns NFNet's recipe (arXiv 2102.06171, appendix A) at small scale: SGD with Nesterov, AGC, cosine. */
    public static Recipe nfnet() {
        return supervised().withOptimizer("sgd_nesterov", 0.1, 2e-5).withAgc(0.02);
    }

    /** Returns this recipe on images of its own, for pre-training; a next phase on another data set gets a new classifier. */
    public Recipe withSource(String dataset, int images) {
        return change(d -> d.source = new Source(dataset, images));
    }

    /** Returns this recipe with another optimizer, at its default learning rate and decay. */
    public Recipe withOptimizer(String name) {
        Optimizers.Entry entry = Optimizers.get(name);
        return withOptimizer(name, entry.learningRate(), entry.weightDecay());
    }

    /** Returns this recipe with another optimizer. */
    public Recipe withOptimizer(String name, double newLr, double newDecay) {
        return change(d -> {
            d.optimizer = name;
            d.lr = newLr;
            d.weightDecay = newDecay;
        });
    }

    /** Returns this recipe with another learning rate. */
    public Recipe withLr(double value) {
        return change(d -> d.lr = value);
    }

    /** Returns this recipe with another weight decay. */
    public Recipe withWeightDecay(double value) {
        return change(d -> d.weightDecay = value);
    }

    /** Returns this recipe with other lengths. */
    public Recipe withEpochs(double newEpochs, double newWarmup) {
        return change(d -> {
            d.epochs = newEpochs;
            d.warmupEpochs = newWarmup;
        });
    }

    /** Returns this recipe with another length; warm-up and milestones stay the same share of it. */
    public Recipe withEpochs(double value) {
        return withEpochs(value, warmupEpochs * value / epochs).withSchedule(schedule.stretched(value / epochs));
    }

    /** Returns this recipe with another batch size. */
    public Recipe withBatchSize(int value) {
        return change(d -> d.batchSize = value);
    }

    /** Returns this recipe with another augmentation. */
    public Recipe withAugmentation(Augmentation value) {
        return change(d -> d.augmentation = value);
    }

    /** Returns this recipe with label smoothing and drop path. */
    public Recipe withRegularisation(double smoothing, double drop) {
        return change(d -> {
            d.labelSmoothing = smoothing;
            d.dropPath = drop;
        });
    }

    /** Returns this recipe with clipping by global norm. */
    public Recipe withClipNorm(double value) {
        return change(d -> d.clipNorm = value);
    }

    /** Returns this recipe with adaptive gradient clipping. */
    public Recipe withAgc(double value) {
        return change(d -> d.agc = value);
    }

    /** Returns this recipe with another radius of SAM, 0 for the plain step. */
    public Recipe withRho(double value) {
        return change(d -> d.rho = value);
    }

    /** Returns this recipe with a member of the SAM family: {@code withSam(Sharpness.asam(0.01), 0.5)}. */
    public Recipe withSam(Sharpness kind, double radius) {
        return change(d -> {
            d.sharpness = kind;
            d.rho = radius;
        });
    }

    /** Returns this recipe with another member of the SAM family at the same radius. */
    public Recipe withSharpness(Sharpness value) {
        return withSam(value, rho);
    }

    /** Returns this recipe with another mask ratio. */
    public Recipe withMaskRatio(double value) {
        return change(d -> d.maskRatio = value);
    }

    /** Returns this recipe with matrix products and convolutions in another precision. */
    public Recipe withPrecision(Precision value) {
        return change(d -> d.precision = value);
    }

    /** Returns this recipe with another loss. */
    public Recipe withLoss(Supervised.Loss value) {
        return change(d -> d.loss = value);
    }

    /** Returns this recipe with the images of an update going through the network in parts. */
    public Recipe withAccumulate(int parts) {
        return change(d -> d.accumulate = parts);
    }

    /** Returns this recipe with or without gradient checkpointing, for images or batches that memory does not hold. */
    public Recipe withGradientCheckpointing(boolean value) {
        return change(d -> d.gradientCheckpointing = value);
    }

    /** Returns this recipe with another layer-wise decay of the learning rate. */
    public Recipe withLayerDecay(double value) {
        return change(d -> d.layerDecay = value);
    }

    /** Returns this recipe with parameters that learn or decay differently. */
    public Recipe withGroups(ParameterGroup... value) {
        return change(d -> d.groups = value == null ? null : List.of(value));
    }

    /** Returns this recipe with look-ahead: after k updates the weights go back by 1 - alpha of the way. */
    public Recipe withLookahead(int k, double alpha) {
        return change(d -> d.lookahead = new Lookahead.Settings(k, alpha));
    }

    /** Returns this recipe with another schedule. */
    public Recipe withSchedule(Schedule value) {
        return change(d -> d.schedule = value);
    }

    /** Returns this recipe with another moving average of the weights. */
    public Recipe withEma(Ema value) {
        return change(d -> d.ema = value);
    }

    /** Returns this recipe with an evaluation after every so many epochs, 0 for one at the end only. */
    public Recipe withEvaluateEvery(int value) {
        return change(d -> d.evaluateEvery = value);
    }

    /** Returns this recipe with a loss above which a run counts as diverged, 0 for none. */
    public Recipe withLossCeiling(double value) {
        return change(d -> d.lossCeiling = value);
    }

    /** Returns this recipe with another policy for numbers that are not finite. */
    public Recipe withNonFinite(NonFinite value) {
        return change(d -> d.nonFinite = value);
    }

    private Recipe change(Consumer<RecipeDraft> edit) {
        RecipeDraft d = new RecipeDraft(this);
        edit.accept(d);
        return d.build();
    }
}
