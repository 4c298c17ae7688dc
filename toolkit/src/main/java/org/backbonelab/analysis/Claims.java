package org.backbonelab.analysis;

import java.util.Locale;
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

    /** Adds a claim about a difference: it holds if the interval lies on the claimed side of zero. */
    public Claims addDifference(String theClaim, String theirs, String what, double difference, double half) {
        Verdict v = Verdict.OPEN;
        if (difference - half > 0) {
            v = Verdict.HOLDS;
        } else if (difference + half < 0) {
            v = Verdict.FAILS;
        }
        String interval = Double.isNaN(half) ? " (one seed, no interval)" : String.format(Locale.ROOT, " ± %.2f", half);
        return add(theClaim, theirs, String.format(Locale.ROOT, "%s %+.2f%s", what, difference, interval), v);
    }

    /** Returns the table: claim, paper, ours, verdict. */
    public Table table() {
        return Table.create("claims", claim, paper, ours, verdict);
    }
}
