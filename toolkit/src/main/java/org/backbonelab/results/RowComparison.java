package org.backbonelab.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A stored row against one trained again from it; times and provenance are no results and are left out.
 *
 * @param machine the entries of the provenance that equal bits depend on and that differ; with none of them, bits are
 *     compared, and the weights' hash is a result too
 * @param differences the results that differ
 */
public record RowComparison(List<Difference> machine, List<Difference> differences) {
    private static final Set<String> MACHINE = Set.of(
            "processor", "os", "java", "jvm", "djl", "libtorch", "device", "threads", "precision", "resumed_from");
    private static final String WEIGHTS = "weights_sha256";

    /**
     * One field.
     *
     * @param field such as {@code metrics.val_top1} or {@code series.train_loss[3]}
     * @param stored its value in the stored row
     * @param again its value in the new one
     */
    public record Difference(String field, String stored, String again) {
        @Override
        public String toString() {
            return field + ": stored " + stored + ", again " + again;
        }
    }

    /**
     * Compares two rows of one cell.
     *
     * @param tolerance largest |stored - again| / max(1, |stored|) of a number on another machine
     */
    public static RowComparison of(Row stored, Row again, double tolerance) {
        List<Difference> machine = new ArrayList<>();
        for (String key : new TreeSet<>(MACHINE)) {
            text(
                    machine,
                    "provenance." + key,
                    stored.provenance().get(key),
                    again.provenance().get(key));
        }
        double allowed = machine.isEmpty() ? 0 : tolerance;
        List<Difference> out = new ArrayList<>();
        text(out, "status", stored.status(), again.status());
        for (String key : union(stored.metrics(), again.metrics())) {
            if (!Row.isTime(key)) {
                number(
                        out,
                        "metrics." + key,
                        stored.metrics().get(key),
                        again.metrics().get(key),
                        allowed);
            }
        }
        for (String key : union(stored.series(), again.series())) {
            series(
                    out,
                    "series." + key,
                    stored.series().get(key),
                    again.series().get(key),
                    allowed);
        }
        String data = "data_sha256";
        text(
                out,
                "provenance." + data,
                stored.provenance().get(data),
                again.provenance().get(data));
        if (machine.isEmpty()) {
            text(
                    out,
                    "provenance." + WEIGHTS,
                    stored.provenance().get(WEIGHTS),
                    again.provenance().get(WEIGHTS));
        }
        return new RowComparison(List.copyOf(machine), List.copyOf(out));
    }

    /** Tells whether both rows come from machines that promise equal bits. */
    public boolean isSameMachine() {
        return machine.isEmpty();
    }

    /** Tells whether no result differs. */
    public boolean isEqual() {
        return differences.isEmpty();
    }

    private static Set<String> union(Map<String, ?> a, Map<String, ?> b) {
        Set<String> out = new TreeSet<>(a.keySet());
        out.addAll(b.keySet());
        return out;
    }

    private static void text(List<Difference> out, String field, Object stored, Object again) {
        if (!Objects.equals(stored, again)) {
            out.add(new Difference(field, String.valueOf(stored), String.valueOf(again)));
        }
    }

    private static void number(List<Difference> out, String field, Double stored, Double again, double tolerance) {
        boolean close = stored != null
                && again != null
                && Math.abs(stored - again) <= tolerance * Math.max(1, Math.abs(stored));
        // Equals, unlike ==, takes NaN for equal to NaN: both have diverged.
        if (!close && !Objects.equals(stored, again)) {
            out.add(new Difference(field, String.valueOf(stored), String.valueOf(again)));
        }
    }

    private static void series(
            List<Difference> out, String field, List<Double> stored, List<Double> again, double tolerance) {
        if (stored == null || again == null || stored.size() != again.size()) {
            text(out, field, stored, again);
            return;
        }
        for (int i = 0; i < stored.size(); i++) {
            number(out, field + "[" + i + "]", stored.get(i), again.get(i), tolerance);
        }
    }
}
