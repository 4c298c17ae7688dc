package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.backbonelab.statistics.SeededTable.Term;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Two optimizers on every backbone, by t tests with Holm's correction over backbones.
 *
 * <p>Tables of trainings have the columns backbone, optimizer and the result, and NaN where a training diverged. The answer has
 * one row a backbone that both were trained on: {@code backbone}, {@code n} seeds of the pair that has fewer, {@code difference}
 * (a - b), {@code lo}, {@code hi} (corrected), {@code p_adjusted}, {@code better}: a, b, "open", also where some seed diverged, or
 * "diverged" where all seeds of one did.
 */
public final class Comparisons {
    private Comparisons() {}

    /**
     * Compares with the variance of a single training shared over the optimizers of a backbone ({@link SeededTable}), so that
     * two or three seeds say something.
     *
     * @throws IllegalArgumentException if no backbone has results of both
     */
    public static Table of(Table rows, String accuracy, String a, String b) {
        return table(rows, accuracy, a, b, SeededTable::pooled);
    }

    /**
     * Compares seed by seed: with two seeds it has one degree of freedom and sees only differences far above the scatter. Where
     * optimizers share no scatter, this is the test. Needs the column seed.
     *
     * @throws IllegalArgumentException if no backbone has results of both, or one has a seed twice
     */
    public static Table bySeed(Table rows, String accuracy, String a, String b) {
        return table(rows, accuracy, a, b, SeededTable::paired);
    }

    private static Table table(
            Table rows, String accuracy, String a, String b, BiFunction<SeededTable, Term[], Contrast> way) {
        SeededTable seeded = SeededTable.of(rows, accuracy, "backbone", "optimizer");
        List<String> backbones = new ArrayList<>();
        List<Contrast> contrasts = new ArrayList<>();
        for (String backbone : seeded.pools.keySet()) {
            if (seeded.names.contains(List.of(backbone, a)) && seeded.names.contains(List.of(backbone, b))) {
                backbones.add(backbone);
                contrasts.add(
                        way.apply(seeded, new Term[] {SeededTable.plus(backbone, a), SeededTable.minus(backbone, b)}));
            }
        }
        if (contrasts.stream().allMatch(c -> c.seeds() == 0)) {
            throw new IllegalArgumentException("no backbone has finite " + accuracy + " of " + a + " and " + b);
        }
        TestedTogether tests = new TestedTogether(contrasts, 0, Correction.HOLM);
        StringColumn better = StringColumn.create("better");
        for (int i = 0; i < contrasts.size(); i++) {
            Verdict verdict = tests.verdict(i);
            better.append(verdict == Verdict.HOLDS ? a : verdict == Verdict.FAILS ? b : verdict.toString());
        }
        return Table.create(a + " - " + b)
                .addColumns(
                        StringColumn.create("backbone", backbones),
                        numbers(
                                "n",
                                contrasts.stream().map(c -> (double) c.seeds()).toList()),
                        numbers(
                                "difference",
                                contrasts.stream().map(Contrast::estimate).toList()))
                .addColumns(DoubleColumn.create("lo", tests.lo), DoubleColumn.create("hi", tests.hi))
                .addColumns(DoubleColumn.create("p_adjusted", tests.p), better);
    }

    private static DoubleColumn numbers(String name, List<Double> values) {
        return DoubleColumn.create(name, values);
    }
}
