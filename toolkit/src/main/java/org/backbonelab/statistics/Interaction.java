package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Coupling as an interaction of backbone and optimizer: how far a pair falls behind when both levels are taken off.
 *
 * <p>The rule of BOCB (arXiv 2410.06373) compares a pair with its backbone's other optimizers. By that rule an optimizer that is
 * weak everywhere is coupled with everything. Here the pair's gap to the median of its backbone is compared with the median of
 * the same optimizer's gaps over backbones: what is left is what this backbone and this optimizer do to each other. Medians, not
 * means: one backbone with which an optimizer fails does not make it look strong on the others, as long as fewer than half do.
 *
 * <p>Tables are those of {@link Coupling#coupled(Table, String)}: one row a training at the chosen hyper-parameters, with {@code
 * backbone}, {@code optimizer} and an accuracy, NaN where it diverged. The variance of a single training is learned from all
 * pairs of a backbone. Intervals take the order of the means, which says where the medians are, for known.
 */
public final class Interaction {
    private final SeededTable all;
    /** Weights of every group's mean in each group's gap; null where all its seeds diverged. */
    private final List<double[]> gaps = new ArrayList<>();
    /** Weights in the median of an optimizer's gaps; an optimizer of which all seeds diverged everywhere is missing. */
    private final Map<String, double[]> own = new LinkedHashMap<>();
    /** The backbones on which an optimizer has a gap. */
    private final Map<String, List<Integer>> places = new LinkedHashMap<>();

    private Interaction(Table rows, String accuracy) {
        all = SeededTable.of(rows, accuracy, "backbone", "optimizer");
        int n = all.names.size();
        all.names.forEach(name -> gaps.add(null));
        for (List<Integer> ofBackbone : all.pools.values()) {
            int[] finite = all.finite(ofBackbone);
            double[] median = Reference.MEDIAN.weights(means(finite));
            for (int i : finite) {
                double[] weights = new double[n];
                weights[i] = 1;
                for (int k = 0; k < finite.length; k++) {
                    weights[finite[k]] -= median[k];
                }
                gaps.set(i, weights);
                places.computeIfAbsent(all.names.get(i).get(1), name -> new ArrayList<>())
                        .add(i);
            }
        }
        places.forEach((optimizer, pairs) -> own.put(optimizer, median(pairs)));
    }

    /**
     * Tests all pairs with a margin of 2 points and Benjamini and Hochberg's correction: of the interactions that are shown to be
     * below it, 5 % are not, on average.
     */
    public static Table pairs(Table rows, String accuracy) {
        return pairs(rows, accuracy, Coupling.MARGIN, Correction.BENJAMINI_HOCHBERG);
    }

    /**
     * Says which pairs are coupled beyond what backbone and optimizer are by themselves.
     *
     * @param margin by which a pair may fall behind, in the unit of the accuracy, 0 or more
     * @return backbone, optimizer, {@code n} seeds that did not diverge, {@code diverged} ones, {@code gap} to the median of the
     *     backbone, {@code own}: the median of the optimizer's gaps, {@code interaction}: their difference, {@code lo}, {@code hi}
     *     (corrected for the number of pairs), {@code p_adjusted} (of interaction = -margin), {@code verdict}: "coupled" where the
     *     whole interval lies below -margin and so does the gap; "weaker" where the gap does not: the optimizer is stronger
     *     elsewhere, but the pair does not fall behind; "not" where the interval lies above, else "open"; "diverged" where all
     *     seeds did. A pair of which some seeds diverged may be coupled, never "not".
     */
    public static Table pairs(Table rows, String accuracy, double margin, Correction correction) {
        if (!(margin >= 0)) {
            throw new IllegalArgumentException("margin is " + margin + ", expected 0 or more");
        }
        Interaction table = new Interaction(rows, accuracy);
        SeededTable all = table.all;
        int n = all.names.size();
        List<Contrast> contrasts =
                IntStream.range(0, n).mapToObj(table::interaction).toList();
        TestedTogether tests = new TestedTogether(contrasts, -margin, correction);
        StringColumn verdict = StringColumn.create("verdict");
        for (int i = 0; i < n; i++) {
            String said = Coupling.verdict(all, i, contrasts.get(i), -margin, tests.lo[i], tests.hi[i]);
            boolean fallsBehind = table.value(table.gaps.get(i)) < -margin;
            verdict.append(said.equals("coupled") && !fallsBehind ? "weaker" : said);
        }
        return Table.create("interaction of backbone and optimizer")
                .addColumns(
                        StringColumn.create("backbone", all.names.stream().map(name -> name.get(0))),
                        StringColumn.create("optimizer", all.names.stream().map(name -> name.get(1))),
                        DoubleColumn.create("n", all.seeds.stream().mapToDouble(s -> s.length)),
                        DoubleColumn.create("diverged", all.diverged.stream().mapToDouble(d -> d)),
                        DoubleColumn.create(
                                "gap", IntStream.range(0, n).mapToDouble(i -> table.value(table.gaps.get(i)))),
                        DoubleColumn.create(
                                "own", all.names.stream().mapToDouble(name -> table.value(table.own.get(name.get(1))))))
                .addColumns(
                        DoubleColumn.create("interaction", contrasts.stream().mapToDouble(Contrast::estimate)))
                .addColumns(DoubleColumn.create("lo", tests.lo), DoubleColumn.create("hi", tests.hi))
                .addColumns(DoubleColumn.create("p_adjusted", tests.p), verdict);
    }

    /**
     * Says which optimizers are weak or strong everywhere: the median over backbones of their gaps.
     *
     * @return optimizer, {@code n} backbones on which not all seeds diverged, {@code own}, {@code lo}, {@code hi} (Holm's correction
     *     for the number of optimizers), {@code p_adjusted} (of own = 0), {@code verdict}: "weak", "strong" or "open"
     */
    public static Table optimizers(Table rows, String accuracy) {
        Interaction table = new Interaction(rows, accuracy);
        List<String> names = List.copyOf(table.own.keySet());
        List<Contrast> contrasts =
                names.stream().map(name -> table.contrast(table.own.get(name))).toList();
        TestedTogether tests = new TestedTogether(contrasts, 0, Correction.HOLM);
        return Table.create("an optimizer's own level")
                .addColumns(
                        StringColumn.create("optimizer", names),
                        DoubleColumn.create("n", names.stream().mapToDouble(name -> table.places
                                .get(name)
                                .size())),
                        DoubleColumn.create("own", contrasts.stream().mapToDouble(Contrast::estimate)),
                        DoubleColumn.create("lo", tests.lo))
                .addColumns(
                        DoubleColumn.create("hi", tests.hi),
                        DoubleColumn.create("p_adjusted", tests.p),
                        StringColumn.create(
                                "verdict",
                                IntStream.range(0, names.size())
                                        .mapToObj(
                                                i -> tests.hi[i] < 0 ? "weak" : tests.lo[i] > 0 ? "strong" : "open")));
    }

    private Contrast interaction(int i) {
        if (gaps.get(i) == null) {
            return new Contrast(Double.NaN, Double.NaN, Double.NaN, 0, all.diverged.get(i), false);
        }
        double[] median = own.get(all.names.get(i).get(1));
        double[] weights = gaps.get(i).clone();
        Arrays.setAll(weights, k -> weights[k] - median[k]);
        return contrast(weights);
    }

    private Contrast contrast(double... weights) {
        // What cancels leaves rounding behind.
        int[] used = IntStream.range(0, weights.length)
                .filter(k -> Math.abs(weights[k]) > 1e-12)
                .toArray();
        return used.length == 0
                ? new Contrast(0, 0, 1, 1, 0, false)
                : all.pooled(
                        used, Arrays.stream(used).mapToDouble(k -> weights[k]).toArray());
    }

    /** Returns the weights of the median of some pairs' gaps. */
    private double[] median(List<Integer> pairs) {
        double[] values = pairs.stream().mapToDouble(i -> value(gaps.get(i))).toArray();
        double[] middle = Reference.MEDIAN.weights(values);
        double[] out = new double[all.names.size()];
        for (int k = 0; k < middle.length; k++) {
            double[] gap = gaps.get(pairs.get(k));
            for (int j = 0; j < out.length; j++) {
                out[j] += middle[k] * gap[j];
            }
        }
        return out;
    }

    private double value(double[] weights) {
        if (weights == null) {
            return Double.NaN;
        }
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            // A group without results has no mean, and no weight either.
            sum += weights[k] == 0 ? 0 : weights[k] * all.mean[k];
        }
        return sum;
    }

    private double[] means(int... groups) {
        return Arrays.stream(groups).mapToDouble(i -> all.mean[i]).toArray();
    }
}
