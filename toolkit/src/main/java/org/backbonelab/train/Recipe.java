package org.backbonelab.train;

import java.util.function.Consumer;
import org.backbonelab.data.Augmentation;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.optim.Schedule;
import org.backbonelab.tensor.Precision;

/**
 * How to train: everything but the network, the data and the seed.
 *
 * @param objective which loss
 * @param epochs passes over the training images; a fraction trains part of one
 * @param batchSize images an update
 * @param optimizer a name of {@link Optimizers}
 * @param lr learning rate after warm-up
 * @param weightDecay decay; which parameters are exempt is the optimizer entry's word
 * @param schedule of the learning rate, per step
 * @param warmupEpochs linear warm-up from 0
 * @param labelSmoothing 0 to below 1
 * @param dropPath rate of the last block
 * @param augmentation of training images
 * @param clipNorm largest global norm of the gradients, 0 = no clipping
 * @param agc lambda of adaptive gradient clipping, 0 = none
 * @param rho radius of SAM, 0 = the plain step
 * @param maskRatio share of removed patches in masked pre-training
 * @param precision of matrix products and convolutions
 */
public record Recipe(
        Kind objective,
        double epochs,
        int batchSize,
        String optimizer,
        double lr,
        double weightDecay,
        Schedule schedule,
        double warmupEpochs,
        double labelSmoothing,
        double dropPath,
        Augmentation augmentation,
        double clipNorm,
        double agc,
        double rho,
        double maskRatio,
        Precision precision) {
    /** The kinds of objectives. */
    public enum Kind {
        /** {@link Supervised}. */
        SUPERVISED,
        /** {@link Masked}. */
        FCMAE
    }

    /** Checks every value; the message names the value and what was expected. */
    public Recipe {
        Optimizers.get(optimizer);
        require(epochs > 0 && epochs < 1e6, "epochs", epochs, "a positive number");
        require(batchSize > 0, "batch size", batchSize, "1 or more");
        require(lr > 0 && Double.isFinite(lr), "learning rate", lr, "a positive number");
        require(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay, "0 or more");
        require(warmupEpochs >= 0 && warmupEpochs < epochs, "warm-up epochs", warmupEpochs, "0 to below the epochs");
        require(labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing", labelSmoothing, "0 to below 1");
        require(dropPath >= 0 && dropPath < 1, "drop path", dropPath, "0 to below 1");
        require(clipNorm >= 0, "clip norm", clipNorm, "0 (off) or more");
        require(agc >= 0, "agc", agc, "0 (off) or more");
        require(rho >= 0 && Double.isFinite(rho), "rho", rho, "0 (plain step) or more");
        require(maskRatio >= 0 && maskRatio < 1, "mask ratio", maskRatio, "0 to below 1");
    }

    private static void require(boolean ok, String what, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(what + " is " + value + ", expected " + expected);
        }
    }

    /** Returns a plain supervised recipe: AdamW, cosine, crop and flip, batch 100. */
    public static Recipe supervised() {
        return new Draft().build();
    }

    /** Returns FCMAE's recipe (ConvNeXt V2, table 8) at small scale: AdamW (0.9, 0.95), cosine, mask ratio 0.6. */
    public static Recipe fcmae() {
        Draft d = new Draft();
        d.objective = Kind.FCMAE;
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

    /** Returns this recipe with another length; warm-up stays the same share of it. */
    public Recipe withEpochs(double value) {
        return withEpochs(value, warmupEpochs * value / epochs);
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

    /** Returns this recipe with SAM of the given radius, 0 for the plain step. */
    public Recipe withRho(double value) {
        return change(d -> d.rho = value);
    }

    /** Returns this recipe with another mask ratio. */
    public Recipe withMaskRatio(double value) {
        return change(d -> d.maskRatio = value);
    }

    /** Returns this recipe with matrix products and convolutions in another precision. */
    public Recipe withPrecision(Precision value) {
        return change(d -> d.precision = value);
    }

    private Recipe change(Consumer<Draft> edit) {
        Draft d = new Draft();
        d.objective = objective;
        d.epochs = epochs;
        d.batchSize = batchSize;
        d.optimizer = optimizer;
        d.lr = lr;
        d.weightDecay = weightDecay;
        d.schedule = schedule;
        d.warmupEpochs = warmupEpochs;
        d.labelSmoothing = labelSmoothing;
        d.dropPath = dropPath;
        d.augmentation = augmentation;
        d.clipNorm = clipNorm;
        d.agc = agc;
        d.rho = rho;
        d.maskRatio = maskRatio;
        d.precision = precision;
        edit.accept(d);
        return d.build();
    }

    /** A recipe being written; the values here are those of {@link #supervised}. */
    private static final class Draft {
        private Kind objective = Kind.SUPERVISED;
        private double epochs = 10;
        private int batchSize = 100;
        private String optimizer = "adamw";
        private double lr = 1e-3;
        private double weightDecay = 0.05;
        private Schedule schedule = Schedule.COSINE;
        private double warmupEpochs;
        private double labelSmoothing;
        private double dropPath;
        private Augmentation augmentation = Augmentation.CROP_FLIP;
        private double clipNorm;
        private double agc;
        private double rho;
        private double maskRatio;
        private Precision precision = Precision.FP32;

        Recipe build() {
            return new Recipe(
                    objective,
                    epochs,
                    batchSize,
                    optimizer,
                    lr,
                    weightDecay,
                    schedule,
                    warmupEpochs,
                    labelSmoothing,
                    dropPath,
                    augmentation,
                    clipNorm,
                    agc,
                    rho,
                    maskRatio,
                    precision);
        }
    }
}
