package org.backbonelab.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.statistics.TunedValues.TunedValue;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Which trainings to try first for a backbone, with the evidence. */
public final class Recommendation {
    private static final Set<String> RULED_OUT = Set.of("coupled", "diverged");
    /** Whose rates and decays stand in for unpublished ones: the nearest in design. */
    private static final Map<String, String> STAND_INS = Map.of(
            "DN-121", "R-50",
            "RVGG-A1", "R-50",
            "CNXV2-T", "CNX-T",
            "URLK-T", "CNX-T",
            "TNX-T", "Swin-T",
            "CAF-12", "CF-12");
    /** So many optimizers are tried before the rate of any is varied. */
    private static final int FIRST = 3;

    private final String published;
    private final String rates;
    private final Map<String, Candidate> candidates = new LinkedHashMap<>();
    private final List<String> ruledOut = new ArrayList<>();

    private record Candidate(String optimizer, double lr, double decay, String evidence) {}

    private record Trial(Candidate of, double lr, String how) {}

    private Recommendation(String backbone) {
        String nearest = PublishedBocb.nearest(backbone);
        // The deeper ResNet has published rates, but no column of accuracies.
        published = PublishedBocb.backbones().contains(nearest) ? nearest : "R-50";
        rates = STAND_INS.getOrDefault(published, published.equals(nearest) ? published : nearest);
    }

    /**
     * Returns what to try first for a backbone, from the published results alone.
     *
     * <p>Optimizers come in the order of their accuracy on the nearest published backbone ({@link PublishedBocb#nearest}), at
     * the rates and decays tuned there; those that failed there are left out. A budget of up to three trainings goes to as
     * many optimizers; a larger one also to the next higher and lower rate that won anywhere, so that a third of it are
     * optimizers. The rates are for CIFAR-100, batches of 100, 200 epochs; the accuracies are means of three trials without
     * published scatter, and of unstable pairs they moved by points between versions of the paper.
     *
     * @param backbone a name of {@link org.backbonelab.model.Backbones}, or the paper's abbreviation
     * @param budget how many trainings are affordable, 1 or more
     * @return {@code order}, {@code optimizer}, {@code lr}, {@code weight_decay}, {@code evidence}; at most {@code budget} rows
     */
    public static Table of(String backbone, int budget) {
        return of(backbone, budget, null, null);
    }

    /**
     * Returns what to try first for a backbone, from our own results and then the published ones.
     *
     * <p>Our own of the backbone, or of one with the same published relative, come first: all optimizers that seeds do not
     * show to be below the best ({@link Coupling#coupled} with {@link Reference#BEST} and margin 0), in the order of their means.
     * Those shown to be below, and those of which any seed diverged, are left out even if the paper likes them. The rates suit
     * trainings as long as ours were, which the evidence says where the table has {@code epochs} and {@code train_images}.
     *
     * @param best one row a training at the chosen hyper-parameters: backbone, optimizer, {@code lr}, {@code weight_decay}, the
     *     accuracy (NaN: diverged); null for none
     * @param accuracy the column of the accuracy
     */
    public static Table of(String backbone, int budget, Table best, String accuracy) {
        if (budget < 1) {
            throw new IllegalArgumentException("budget is " + budget + " trainings, expected 1 or more");
        }
        Recommendation recommendation = new Recommendation(backbone);
        if (best != null) {
            recommendation.own(best, accuracy, backbone);
        }
        recommendation.published();
        return recommendation.table(budget);
    }

    /** Adds our own results: those of the backbone itself, or else of the first with the same published relative. */
    private void own(Table best, String accuracy, String backbone) {
        List<String> known = List.copyOf(GroupBy.rows(best, "backbone").keySet());
        String nearest = PublishedBocb.nearest(backbone);
        String relative = known.contains(backbone)
                ? backbone
                : known.stream()
                        .filter(name -> PublishedBocb.nearest(name).equals(nearest))
                        .findFirst()
                        .orElse(null);
        if (relative == null) {
            return;
        }
        Table rows = best.where(best.stringColumn("backbone").isEqualTo(relative));
        Map<String, List<Integer>> byOptimizer = GroupBy.rows(rows, "optimizer");
        Table verdicts = Coupling.coupled(rows, accuracy, Reference.BEST, 0, Correction.HOLM, 0);
        for (Row row : verdicts.sortDescendingOn("mean")) {
            String optimizer = row.getString("optimizer");
            if (RULED_OUT.contains(row.getString("verdict")) || row.getDouble("diverged") > 0) {
                ruledOut.add(optimizer);
                continue;
            }
            int any = byOptimizer.get(optimizer).get(0);
            String interval = Double.isNaN(row.getDouble("lo"))
                    ? "no interval"
                    : row.getDouble("gap") == 0 ? "best" : "not shown to be below the best";
            add(
                    optimizer,
                    rows.numberColumn("lr").getDouble(any),
                    rows.numberColumn("weight_decay").getDouble(any),
                    String.format(
                            Locale.ROOT,
                            "own %s: %.2f, %s (seeds: %d%s)",
                            relative,
                            row.getDouble("mean"),
                            interval,
                            (int) row.getDouble("n"),
                            length(rows, any)));
        }
    }

    /** Says how long the trainings were for which the rate was tuned, where the table knows. */
    private static String length(Table rows, int row) {
        return rows.containsColumn("epochs") && rows.containsColumn("train_images")
                ? String.format(
                        Locale.ROOT,
                        "; for trainings of %.0f images",
                        rows.numberColumn("epochs").getDouble(row)
                                * rows.numberColumn("train_images").getDouble(row))
                : "";
    }

    /** Adds the published optimizers that did not fail, the best first. */
    private void published() {
        Table matrix = PublishedBocb.cifar100();
        Table column = matrix.where(matrix.stringColumn("backbone").isEqualTo(published))
                .sortDescendingOn("test_top1");
        double best = column.doubleColumn("test_top1").max();
        for (Row row : column) {
            String name = row.getString("optimizer");
            String variant = released(name);
            boolean tried = candidates.containsKey(name)
                    || candidates.containsKey(variant)
                    || ruledOut.contains(name)
                    || ruledOut.contains(variant);
            if (tried || Coupling.FAILED.contains(row.getString("mark"))) {
                continue;
            }
            TunedValue tuned = TunedValues.bocb(name).stream()
                    .filter(v -> v.backbone().equals(rates))
                    .findFirst()
                    .orElseThrow();
            double gap = best - row.getDouble("test_top1");
            String place = gap == 0 ? "best" : String.format(Locale.ROOT, "%.2f below the best", gap);
            add(
                    variant,
                    tuned.learningRate(),
                    tuned.weightDecay(),
                    String.format(
                            Locale.ROOT,
                            "published %s: %.2f, %s; rate tuned for %s",
                            published,
                            row.getDouble("test_top1"),
                            place,
                            rates));
        }
    }

    private void add(String optimizer, double lr, double decay, String evidence) {
        candidates.put(optimizer, new Candidate(optimizer, lr, decay, evidence));
    }

    /** Returns the variant to which the published rates belong: AdaFactor's own step is no rate of theirs. */
    private static String released(String name) {
        Optimizers.Entry entry = Optimizers.get(name);
        boolean plain = Arrays.stream(grid(name)).anyMatch(lr -> lr == entry.learningRate());
        return plain ? name : entry.bocb().name();
    }

    /** Returns the rates that won somewhere, in order: the steps that are worth a try. */
    private static double[] grid(String optimizer) {
        String plain = optimizer.endsWith("_bocb") ? optimizer.substring(0, optimizer.indexOf('_')) : optimizer;
        return TunedValues.bocb(plain).stream()
                .mapToDouble(TunedValue::learningRate)
                .distinct()
                .sorted()
                .toArray();
    }

    /** Returns the trials in order: rates as tuned, then one step up, then one step down. */
    private Table table(int budget) {
        List<Candidate> first = candidates.values().stream()
                .limit(Math.max(Math.min(FIRST, budget), (budget + 2) / 3))
                .toList();
        List<Trial> trials = new ArrayList<>();
        first.forEach(c -> trials.add(new Trial(c, c.lr, "")));
        first.forEach(c -> trials.add(new Trial(c, up(c), "; one step above that rate")));
        first.forEach(c -> trials.add(new Trial(c, down(c), "; one step below that rate")));
        List<Trial> kept = trials.stream().limit(budget).toList();
        double[] order = new double[kept.size()];
        Arrays.setAll(order, i -> i + 1);
        return Table.create(
                "what to try",
                DoubleColumn.create("order", order),
                StringColumn.create("optimizer", kept.stream().map(t -> t.of.optimizer)),
                DoubleColumn.create("lr", kept.stream().mapToDouble(Trial::lr).toArray()),
                DoubleColumn.create(
                        "weight_decay",
                        kept.stream().mapToDouble(t -> t.of.decay).toArray()),
                StringColumn.create("evidence", kept.stream().map(t -> t.of.evidence + t.how)));
    }

    private static double up(Candidate c) {
        return Arrays.stream(grid(c.optimizer))
                .filter(lr -> lr > c.lr)
                .findFirst()
                .orElse(2 * c.lr);
    }

    private static double down(Candidate c) {
        return Arrays.stream(grid(c.optimizer))
                .boxed()
                .filter(lr -> lr < c.lr)
                .max(Comparator.naturalOrder())
                .orElse(c.lr / 2);
    }
}
