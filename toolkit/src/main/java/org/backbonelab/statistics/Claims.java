package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The closing table of a study: what a paper claims, its number, ours, and whether ours agrees.
 *
 * <p>All contrasts of a table are tested together: a verdict is by Holm's correction for their number, while {@code ours} shows
 * the plain 95 % interval. So a claim can stay open though its own interval is clear of zero: one of many tests is, by
 * chance.
 */
public final class Claims {
    private final List<String[]> texts = new ArrayList<>();
    /** In the place of a claim that is no contrast stands null. */
    private final List<Contrast> contrasts = new ArrayList<>();

    private final List<Verdict> given = new ArrayList<>();

    /**
     * Adds a claim that is decided by a rule of the study's own.
     *
     * @param claim in one sentence
     * @param paper the paper's number with its setting
     * @param ours our number with interval and scale
     * @param verdict whether ours agree
     */
    public Claims add(String claim, String paper, String ours, Verdict verdict) {
        return add(claim, paper, ours, null, verdict);
    }

    /**
     * Adds a claim that a contrast is positive, or that a ratio is above 1.
     *
     * @param what is compared, with its unit
     */
    public Claims add(String claim, String paper, String what, Contrast ours) {
        return add(claim, paper, what + " " + ours, ours, null);
    }

    private Claims add(String claim, String paper, String ours, Contrast contrast, Verdict verdict) {
        texts.add(new String[] {claim, paper, ours});
        contrasts.add(contrast);
        given.add(verdict);
        return this;
    }

    /**
     * Returns the table: claim, paper, ours, {@code p_adjusted} (by Holm's correction; NaN where there is no test), verdict. Its
     * name says how many tests there are.
     */
    public Table table() {
        List<Contrast> tested = contrasts.stream().filter(c -> c != null).toList();
        TestedTogether together = new TestedTogether(tested, 0, Correction.HOLM);
        DoubleColumn p = DoubleColumn.create("p_adjusted");
        StringColumn verdict = StringColumn.create("verdict");
        int next = 0;
        for (int i = 0; i < given.size(); i++) {
            boolean isTest = contrasts.get(i) != null;
            p.append(isTest ? together.p[next] : Double.NaN);
            verdict.append((isTest ? together.verdict(next) : given.get(i)).toString());
            next += isTest ? 1 : 0;
        }
        int tests = together.tests;
        String name = tests == 0 ? "" : " (" + tests + (tests == 1 ? " test)" : " tests, Holm's correction)");
        return Table.create("claims" + name)
                .addColumns(text("claim", 0), text("paper", 1), text("ours", 2), p, verdict);
    }

    private StringColumn text(String name, int place) {
        return StringColumn.create(name, texts.stream().map(t -> t[place]));
    }
}
