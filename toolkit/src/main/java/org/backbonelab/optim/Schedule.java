package org.backbonelab.optim;

import java.util.List;
import org.backbonelab.io.Checks;

/**
 * Learning-rate schedules as closed forms of the step: nothing to save, nothing to restore.
 *
 * <p>All numbers are shares of the base rate, so a schedule stays the same when the rate is tuned.
 *
 * @param decay the form of the decay
 * @param floor where cosine, linear and square root end, a share of the base rate
 * @param gamma factor at each milestone
 * @param milestones of {@link Decay#STEP}, in epochs from the start of training, rising
 * @param perEpoch whether the decay moves once an epoch, as {@code torch.optim.lr_scheduler} is mostly used; warm-up
 *     moves with every step
 * @param warmupStart where the linear warm-up starts, a share of the base rate; 0 makes a first step of no effect
 * @param clock when the decay's clock starts
 */
public record Schedule(
        Decay decay,
        double floor,
        double gamma,
        List<Double> milestones,
        boolean perEpoch,
        double warmupStart,
        Clock clock) {
    /** The base rate throughout. */
    public static final Schedule CONSTANT = of(Decay.CONSTANT);

    /** Half a cosine from the base rate to zero (Loshchilov and Hutter, ICLR 2017, equation 5, without restarts). */
    public static final Schedule COSINE = of(Decay.COSINE);

    /** A straight line from the base rate to zero. */
    public static final Schedule LINEAR = of(Decay.LINEAR);

    /** One minus the square root of the progress, to zero: "1-sqrt" of Haegele et al., arXiv 2405.18392, equation 1. */
    public static final Schedule SQUARE_ROOT = of(Decay.SQUARE_ROOT);

    /**
     * The square root of w / max(step, w), w the steps of the warm-up or 1 (Vaswani et al., arXiv 1706.03762, section 5.3,
     * counted so that the base rate is reached when the warm-up ends).
     *
     * <p>It knows no end: its clock is the step itself, with or without a warm-up.
     */
    public static final Schedule INVERSE_SQUARE_ROOT = of(Decay.INVERSE_SQUARE_ROOT);

    /** The forms of the decay. */
    public enum Decay {
        /** None. */
        CONSTANT,
        /** Half a cosine. */
        COSINE,
        /** A straight line. */
        LINEAR,
        /** A factor at each milestone. */
        STEP,
        /** One minus the square root of the progress. */
        SQUARE_ROOT,
        /** One over the square root of the step. */
        INVERSE_SQUARE_ROOT
    }

    /** What the warm-up does to the decay. */
    public enum Clock {
        /** The decay starts when the warm-up ends: ConvNeXt, MAE, optax, timm with {@code warmup_prefix}. */
        AFTER_WARMUP,
        /** The decay runs from the first step and the warm-up multiplies it: mmcv and openmixup. */
        FROM_START,
        /**
         * The decay runs from the first step, but shows only when the warm-up ends: timm without {@code warmup_prefix},
         * which is its default. The warm-up goes to the base rate, from where the rate falls to the decay's at once.
         */
        HIDDEN_BY_WARMUP
    }

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public Schedule {
        milestones = List.copyOf(milestones);
        Checks.require(floor >= 0 && floor <= 1, "floor", floor, "a share of the learning rate, 0 to 1");
        Checks.require(
                warmupStart >= 0 && warmupStart <= 1, "warm-up start", warmupStart, "a share of the rate, 0 to 1");
        Checks.require(gamma > 0 && gamma <= 1, "gamma", gamma, "a factor above 0 and at most 1");
        double before = 0;
        for (double milestone : milestones) {
            Checks.require(milestone > before, "milestones", milestones, "positive epochs that rise");
            before = milestone;
        }
        Checks.require(
                (decay == Decay.STEP) == !milestones.isEmpty(), "milestones", milestones, "some for STEP, else none");
    }

    private static Schedule of(Decay decay) {
        return new Schedule(decay, 0, 1, List.of(), false, 0, Clock.AFTER_WARMUP);
    }

    /** Returns a schedule that multiplies the rate by a factor at each milestone, given in epochs. */
    public static Schedule step(double gamma, Double... milestones) {
        return new Schedule(Decay.STEP, 0, gamma, List.of(milestones), false, 0, Clock.AFTER_WARMUP);
    }

    /** Returns this schedule ending at a share of the base rate. */
    public Schedule withFloor(double share) {
        return new Schedule(decay, share, gamma, milestones, perEpoch, warmupStart, clock);
    }

    /** Returns this schedule moving once an epoch, or with every step. */
    public Schedule withPerEpoch(boolean value) {
        return new Schedule(decay, floor, gamma, milestones, value, warmupStart, clock);
    }

    /** Returns this schedule with another warm-up; how long it is, is the recipe's word. */
    public Schedule withWarmup(double startShare, Clock value) {
        return new Schedule(decay, floor, gamma, milestones, perEpoch, startShare, value);
    }

    /** Returns this schedule for a run that is longer by a factor: milestones stay the same share of it. */
    public Schedule stretched(double factor) {
        List<Double> moved = milestones.stream().map(m -> m * factor).toList();
        return new Schedule(decay, floor, gamma, moved, perEpoch, warmupStart, clock);
    }

    /**
     * Returns the learning rate of a step.
     *
     * @param base the rate after warm-up
     * @param step from 0
     * @param run the lengths of the run
     */
    public double at(double base, long step, Run run) {
        long now = perEpoch ? step / run.epoch * run.epoch : step;
        if (step >= run.warmup) {
            return base * factor(now, run);
        }
        double warm = warmupStart + (1 - warmupStart) * step / run.warmup;
        return base * warm * (clock == Clock.FROM_START ? factor(now, run) : 1);
    }

    private double factor(long now, Run run) {
        long start = clock == Clock.AFTER_WARMUP ? run.warmup : 0;
        double progress = run.total <= start ? 0 : (double) (now - start) / (run.total - start);
        progress = Math.max(0, Math.min(1, progress));
        return switch (decay) {
            case CONSTANT -> 1;
            case COSINE -> floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
            case LINEAR -> floor + (1 - floor) * (1 - progress);
            case SQUARE_ROOT -> floor + (1 - floor) * (1 - Math.sqrt(progress));
            case INVERSE_SQUARE_ROOT -> {
                double whole = Math.max(1, run.warmup);
                yield Math.sqrt(whole / Math.max((double) now, whole));
            }
            case STEP -> Math.pow(gamma, passed((double) now / run.epoch));
        };
    }

    private double passed(double epochs) {
        return milestones.stream().filter(m -> epochs >= m).count();
    }

    /**
     * The lengths of a run, in steps.
     *
     * @param warmup steps of warm-up
     * @param total steps in all
     * @param epoch steps of an epoch
     */
    public record Run(long warmup, long total, long epoch) {}
}
