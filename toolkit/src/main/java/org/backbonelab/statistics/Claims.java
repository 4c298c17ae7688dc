package org.backbonelab.statistics;

import java.util.Locale;
import org.backbonelab.results.Intervals;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The closing table of a study: what a paper claims, its number, ours, and whether ours agrees. */
public final class Claims {
    /** Whether our numbers agree with a claim. */
    public enum Verdict {
        /** Ours agree. */
        HOLDS,
        /** Ours disagree. */
        FAILS,
        /** Ours cannot tell: intervals overlap or the scale is too small. */
        OPEN
    }

    private final StringColumn claim = StringColumn.create("claim");
    private final StringColumn paper = StringColumn.create("paper");
    private final StringColumn ours = StringColumn.create("ours");
    private final StringColumn verdict = StringColumn.create("verdict");

    /**
     * Adds a claim.
     *
     * @param theClaim in one sentence
     * @param theirs the paper's number with its setting
     * @param own our number with interval and scale
     * @param agrees whether ours agree
     */
    public Claims add(String theClaim, String theirs, String own, Verdict agrees) {
        claim.append(theClaim);
        paper.append(theirs);
        ours.append(own);
        verdict.append(agrees.name().toLowerCase(Locale.ROOT));
        return this;
    }

    /**
     * Adds a claim that a difference is positive: it holds if the whole interval is, fails if all of it is negative.
     *
     * @param what is compared, with its unit
     */
    public Claims add(String theClaim, String theirs, String what, Intervals.Difference difference) {
        double d = difference.mean();
        double half = difference.half();
        Verdict v = d - half > 0 ? Verdict.HOLDS : d + half < 0 ? Verdict.FAILS : Verdict.OPEN;
        String interval = Double.isNaN(half)
                ? " (one seed: no interval)"
                : String.format(Locale.ROOT, " ± %.2f (%d seeds)", half, difference.pairs());
        return add(theClaim, theirs, String.format(Locale.ROOT, "%s %+.2f", what, d) + interval, v);
    }

    /** Returns the table: claim, paper, ours, verdict. */
    public Table table() {
        return Table.create("claims", claim, paper, ours, verdict);
    }
}
