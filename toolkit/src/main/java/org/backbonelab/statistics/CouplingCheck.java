package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.backbonelab.results.Select;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Whether a backbone is tied to an optimizer, and to what, with the evidence: the advice of BOCB (arXiv 2410.06373, try some
 * optimizers before you publish a backbone) as a call.
 *
 * <p>The rule: an optimizer falls behind if seeds show it to be more than 2 points below the best one ({@link Coupling#coupled} with
 * {@link Reference#BEST}, Holm's correction), or if all its seeds diverged. A backbone is tied if some optimizer falls behind. With
 * SGD and LARS behind, and with Lion and AdamW not, what it needs is a step of one size for every weight; with Lion and AdamW behind
 * and SGD not, it needs steps that follow the gradient.
 *
 * @param tied whether an optimizer falls behind
 * @param answer in a few sentences
 * @param evidence one row an optimizer, the best first: {@code optimizer}, {@code lr}, {@code n}, {@code diverged}, {@code mean}, {@code
 *     gap} to the best, {@code lo}, {@code hi}, {@code verdict}: "falls behind", "keeps up", "open" or "diverged"
 */
public record CouplingCheck(boolean tied, String answer, Table evidence) {
    private static final List<String> BY_SIZE = List.of("sgd", "lars");
    private static final List<String> OF_ONE_SIZE = List.of("lion", "adamw");

    /**
     * Judges the trainings of a {@code BackboneTrial}.
     *
     * @param trained rows of one backbone: backbone, optimizer, {@code lr}, {@code seed}, {@code val_top1}, {@code test_top1}, {@code
     *     status}, {@code epochs}, {@code train_images}; of the rates that with the best validation accuracy counts
     */
    public static CouplingCheck of(Table trained) {
        if (trained.stringColumn("backbone").countUnique() != 1) {
            throw new IllegalArgumentException("trainings of "
                    + trained.stringColumn("backbone").unique().asList() + ", expected those of one backbone");
        }
        Table best = Select.best(trained, "val_top1", "lr", "backbone", "optimizer");
        Table judged = Coupling.coupled(best, "test_top1", Reference.BEST, Coupling.MARGIN, Correction.HOLM, 0);
        List<String> behind = new ArrayList<>();
        List<String> others = new ArrayList<>();
        StringColumn verdict = StringColumn.create("verdict");
        DoubleColumn lr = DoubleColumn.create("lr");
        for (Row row : judged) {
            String optimizer = row.getString("optimizer");
            String said = row.getString("verdict");
            boolean isBehind = said.equals("coupled") || said.equals("diverged");
            (isBehind ? behind : others).add(optimizer);
            verdict.append(said.equals("coupled") ? "falls behind" : said.equals("not") ? "keeps up" : said);
            lr.append(best.where(best.stringColumn("optimizer").isEqualTo(optimizer))
                    .doubleColumn("lr")
                    .get(0));
        }
        Table evidence = Table.create(trained.stringColumn("backbone").get(0) + ": is it tied to an optimizer?")
                .addColumns(judged.column("optimizer"), lr)
                .addColumns(judged.column("n"), judged.column("diverged"), judged.column("mean"))
                .addColumns(judged.column("gap"), judged.column("lo"), judged.column("hi"), verdict);
        String answer =
                sentence(trained.stringColumn("backbone").get(0), behind, others, judged) + " " + length(trained);
        return new CouplingCheck(!behind.isEmpty(), answer, evidence.sortDescendingOn("gap"));
    }

    private static String sentence(String backbone, List<String> behind, List<String> others, Table judged) {
        if (behind.isEmpty() && judged.doubleColumn("lo").countMissing() > 0) {
            return backbone + " is not shown to be tied, but one seed shows nothing: train with two or more.";
        }
        if (behind.isEmpty()) {
            double lowest = judged.doubleColumn("lo").min();
            return String.format(
                    Locale.ROOT,
                    "%s is not shown to be tied: with %s it comes near the best, as far as the seeds tell; differences of %.1f"
                            + " points or more are ruled out.",
                    backbone,
                    and(others),
                    -lowest);
        }
        String tie = backbone + " is tied: with " + and(behind) + " it falls more than 2 points behind, with "
                + and(others) + " it does not.";
        if (behind.containsAll(BY_SIZE) && others.containsAll(OF_ONE_SIZE)) {
            return tie + " It wants a step of one size for every weight, whatever the size of its gradient.";
        }
        if (behind.containsAll(OF_ONE_SIZE) && others.contains("sgd")) {
            return tie + " It wants steps that follow the gradient.";
        }
        return tie;
    }

    private static String length(Table trained) {
        return String.format(
                Locale.ROOT,
                "Rates and answer are those of trainings of %s epochs with %s images.",
                number(trained.doubleColumn("epochs").get(0)),
                number(trained.doubleColumn("train_images").get(0)));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String and(List<String> names) {
        int last = names.size() - 1;
        return last < 1
                ? String.join("", names)
                : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }

    /** The answer, then the evidence as text. */
    @Override
    public String toString() {
        return answer + "\n" + evidence.print();
    }
}
