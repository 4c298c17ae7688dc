package org.backbonelab.recipe;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * How fast the moving average of the weights forgets: average = decay * average + (1 - decay) * weights, each update.
 *
 * <p>As timm's {@code ModelEmaV3}, running statistics are averaged like weights, and the first update copies.
 *
 * @param decay the largest, 0 for no average
 * @param warmup how the decay gets there
 */
public record Ema(double decay, Warmup warmup) {
    /** No average. */
    public static final Ema NONE = new Ema(0, Warmup.NONE);

    /** How the decay grows in the first updates. */
    public enum Warmup {
        /** Not at all: the decay from the second update on. */
        NONE,
        /** 1 - t^(-2/3) at update t, from 1: timm's {@code use_warmup}, with its defaults. */
        POWER,
        /** (1 + t) / (10 + t) at update t, from 1: TensorFlow's {@code num_updates}, as NFNets use it. */
        RATIONAL
    }

    /**
     * Checks the decay.
     *
     * @throws IllegalArgumentException if it is not 0 to below 1
     */
    public Ema {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("ema decay is " + decay + ", expected 0 (off) to below 1");
        }
        if (warmup == null) {
            throw new IllegalArgumentException("ema warmup is null, expected NONE, POWER or RATIONAL");
        }
    }

    /** Returns an average with a constant decay, such as 0.9999. */
    public static Ema of(double decay) {
        return new Ema(decay, Warmup.NONE);
    }

    /** Tells whether there is an average. */
    @JsonIgnore
    public boolean isOn() {
        return decay > 0;
    }

    /** Returns the decay of update t, from 1. */
    public double at(long t) {
        double grown =
                switch (warmup) {
                    case NONE -> t == 1 ? 0 : decay;
                    case POWER -> 1 - Math.pow((double) t, -2.0 / 3);
                    case RATIONAL -> (1.0 + t) / (10.0 + t);
                };
        return Math.min(decay, grown);
    }
}
