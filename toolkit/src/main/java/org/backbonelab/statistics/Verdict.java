package org.backbonelab.statistics;

import java.util.Locale;

/** Whether our numbers agree with a claim. */
public enum Verdict {
    /** Ours agree. */
    HOLDS,
    /** Ours disagree. */
    FAILS,
    /** Ours cannot tell: the interval holds both answers, or seeds that should count have no result. */
    OPEN,
    /** There is nothing to compare: all seeds of a group diverged. */
    DIVERGED;

    /**
     * The rule for the claim that a contrast exceeds a threshold: it holds if the whole interval does, and fails if the
     * whole interval lies below.
     *
     * <p>A seed that diverged has no number, so what is left of its group is the luckier part: the claim stays open.
     */
    static Verdict of(Contrast contrast, double threshold, double lo, double hi) {
        if (contrast.seeds() == 0) {
            return DIVERGED;
        }
        if (contrast.diverged() > 0 || !(contrast.error() > 0)) {
            return OPEN;
        }
        return lo > threshold ? HOLDS : hi < threshold ? FAILS : OPEN;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
