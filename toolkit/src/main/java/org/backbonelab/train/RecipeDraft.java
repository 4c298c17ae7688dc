package org.backbonelab.train;

import java.util.List;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.optim.Lookahead;
import org.backbonelab.optim.Schedule;
import org.backbonelab.tensor.Precision;

/** A recipe being written; the values here are those of {@link Recipe#supervised}. */
final class RecipeDraft {
    Source source = Source.CELL;
    Objective.Kind objective = Objective.Kind.SUPERVISED;
    Supervised.Loss loss = Supervised.Loss.CROSS_ENTROPY;
    double epochs = 10;
    int batchSize = 100;
    int accumulate = 1;
    boolean gradientCheckpointing;
    String optimizer = "adamw";
    double lr = 1e-3;
    double weightDecay = 0.05;
    double layerDecay = 1;
    List<ParameterGroup> groups = List.of();
    Lookahead.Settings lookahead = Lookahead.Settings.NONE;
    Schedule schedule = Schedule.COSINE;
    double warmupEpochs;
    double labelSmoothing;
    double dropPath;
    Augmentation augmentation = Augmentation.CROP_FLIP;
    double clipNorm;
    double agc;
    double rho;
    Sharpness sharpness = Sharpness.SAM;
    double maskRatio;
    Ema ema = Ema.NONE;
    int evaluateEvery;
    double lossCeiling;
    NonFinite nonFinite = NonFinite.STOP;
    Precision precision = Precision.FP32;

    RecipeDraft() {}

    RecipeDraft(Recipe r) {
        source = r.source();
        objective = r.objective();
        loss = r.loss();
        epochs = r.epochs();
        batchSize = r.batchSize();
        accumulate = r.accumulate();
        gradientCheckpointing = r.gradientCheckpointing();
        optimizer = r.optimizer();
        lr = r.lr();
        weightDecay = r.weightDecay();
        layerDecay = r.layerDecay();
        groups = r.groups();
        lookahead = r.lookahead();
        schedule = r.schedule();
        warmupEpochs = r.warmupEpochs();
        labelSmoothing = r.labelSmoothing();
        dropPath = r.dropPath();
        augmentation = r.augmentation();
        clipNorm = r.clipNorm();
        agc = r.agc();
        rho = r.rho();
        sharpness = r.sharpness();
        maskRatio = r.maskRatio();
        ema = r.ema();
        evaluateEvery = r.evaluateEvery();
        lossCeiling = r.lossCeiling();
        nonFinite = r.nonFinite();
        precision = r.precision();
    }

    Recipe build() {
        return new Recipe(
                source,
                objective,
                loss,
                epochs,
                batchSize,
                accumulate,
                gradientCheckpointing,
                optimizer,
                lr,
                weightDecay,
                layerDecay,
                groups,
                lookahead,
                schedule,
                warmupEpochs,
                labelSmoothing,
                dropPath,
                augmentation,
                clipNorm,
                agc,
                rho,
                sharpness,
                maskRatio,
                ema,
                evaluateEvery,
                lossCeiling,
                nonFinite,
                precision);
    }
}
