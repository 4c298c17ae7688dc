package org.backbonelab.optim;

/** Learning-rate schedules as closed forms of the step: nothing to save, nothing to restore. */
public enum Schedule {
    /** The base rate throughout. */
    CONSTANT {
        @Override
        double decay(double progress) {
            return 1;
        }
    },
    /** Half a cosine from the base rate to zero (Loshchilov and Hutter 2017). */
    COSINE {
        @Override
        double decay(double progress) {
            return 0.5 * (1 + Math.cos(Math.PI * progress));
        }
    },
    /** A straight line from the base rate to zero. */
    LINEAR {
        @Override
        double decay(double progress) {
            return 1 - progress;
        }
    };

    abstract double decay(double progress);

    /**
     * Returns the learning rate of a step.
     *
     * @param base the rate after warm-up
     * @param step from 0
     * @param warmup steps of linear warm-up, from base / warmup to base; the decay's clock starts after them
     * @param total steps in all
     */
    public double at(double base, long step, long warmup, long total) {
        if (step < warmup) {
            return base * (step + 1) / warmup;
        }
        double progress = total <= warmup ? 0 : (double) (step - warmup) / (total - warmup);
        return base * decay(Math.min(1, progress));
    }
}
