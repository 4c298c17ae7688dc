package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    private static final String BEHIND = "falls behind";
    private static final String KEEPS_UP = "keeps up";
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
        Map<String, List<String>> groups = new LinkedHashMap<>();
        StringColumn verdict = StringColumn.create("verdict");
        DoubleColumn lr = DoubleColumn.create("lr");
        for (Row row : judged) {
            String optimizer = row.getString("optimizer");
            String said =
                    switch (row.getString("verdict")) {
                        case "coupled" -> BEHIND;
                        case "not" -> KEEPS_UP;
                        default -> row.getString("verdict");
                    };
            verdict.append(said);
            groups.computeIfAbsent(said.equals("diverged") ? BEHIND : said, name -> new ArrayList<>())
                    .add(optimizer);
            lr.append(best.where(best.stringColumn("optimizer").isEqualTo(optimizer))
                    .doubleColumn("lr")
                    .get(0));
        }
        Table evidence = Table.create(trained.stringColumn("backbone").get(0) + ": is it tied to an optimizer?")
                .addColumns(judged.column("optimizer"), lr)
                .addColumns(judged.column("n"), judged.column("diverged"), judged.column("mean"))
                .addColumns(judged.column("gap"), judged.column("lo"), judged.column("hi"), verdict);
        String answer = sentence(trained.stringColumn("backbone").get(0), groups, judged) + " " + length(trained);
        return new CouplingCheck(groups.containsKey(BEHIND), answer, evidence.sortDescendingOn("gap"));
    }

    private static String sentence(String backbone, Map<String, List<String>> groups, Table judged) {
        List<String> behind = groups.getOrDefault(BEHIND, List.of());
        List<String> near = groups.getOrDefault(KEEPS_UP, List.of());
        List<String> open = groups.getOrDefault("open", List.of());
        if (behind.isEmpty() && judged.doubleColumn("lo").countMissing() > 0) {
            return backbone + " is not shown to be tied, but one seed shows nothing: train with two or more.";
        }
        if (behind.isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "%s is not shown to be tied: with none of %s it is shown to fall 2 points behind; differences of %.1f points"
                            + " or more are ruled out.",
                    backbone,
                    and(judged.stringColumn("optimizer").asList()),
                    -judged.doubleColumn("lo").min());
        }
        String tie = backbone + " is tied: with " + and(behind) + " it falls more than 2 points behind"
                + (near.isEmpty() ? "" : ", with " + and(near) + " it does not")
                + (open.isEmpty() ? "" : ", with " + and(open) + " that is open") + ".";
        if (behind.containsAll(BY_SIZE) && Collections.disjoint(behind, OF_ONE_SIZE)) {
            return tie + " It wants a step of one size for every weight, whatever the size of its gradient.";
        }
        if (behind.containsAll(OF_ONE_SIZE) && !behind.contains("sgd")) {
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
