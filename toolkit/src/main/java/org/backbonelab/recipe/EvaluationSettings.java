package org.backbonelab.recipe;

import static org.backbonelab.io.Checks.require;

/**
 * What is evaluated and when, and what counts as divergence.
 *
 * @param ema moving average of the weights; where there is one, it is what is evaluated and what remains
 * @param every epochs between evaluations on the validation images, 0 = at the end only
 * @param lossCeiling a loss above it counts as divergence, 0 = only one that is not finite does
 * @param nonFinite what happens where a loss or gradient is NaN or infinite
 */
public record EvaluationSettings(Ema ema, int every, double lossCeiling, NonFinite nonFinite) {
    /** Checks every value. */
    public EvaluationSettings {
        require(ema != null, "ema", ema, "a decay and a warm-up");
        require(every >= 0, "evaluate every", every, "0 (at the end) or more epochs");
        require(lossCeiling >= 0, "loss ceiling", lossCeiling, "0 (off) or more");
        require(nonFinite != null, "non-finite", nonFinite, "STOP, SKIP or PROPAGATE");
    }

    /**
     * Tells whether a training has diverged and ends.
     *
     * @param loss of the last update
     * @param finite whether that loss and its gradient were finite
     */
    public boolean endsAt(double loss, boolean finite) {
        boolean tooHigh = lossCeiling > 0 && Double.isFinite(loss) && loss > lossCeiling;
        return tooHigh
                || switch (nonFinite) {
                    case STOP -> !finite;
                    case SKIP -> false;
                    case PROPAGATE -> !Double.isFinite(loss);
                };
    }
}
