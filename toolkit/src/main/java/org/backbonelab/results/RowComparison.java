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
        provenance(machine, MACHINE, stored, again);
        double allowed = machine.isEmpty() ? 0 : tolerance;
        List<Difference> out = new ArrayList<>();
        text(out, "status", stored.status(), again.status());
        for (String key : union(stored.metrics(), again.metrics())) {
            if (!Row.isTime(key)) {
                Double before = stored.metrics().get(key);
                number(out, "metrics." + key, before, again.metrics().get(key), allowed);
            }
        }
        for (String key : union(stored.series(), again.series())) {
            List<Double> before = stored.series().get(key);
            series(out, "series." + key, before, again.series().get(key), allowed);
        }
        // A row of a version that did not say which data it saw cannot differ in them.
        if (stored.provenance().containsKey("data_sha256")) {
            provenance(out, Set.of("data_sha256"), stored, again);
        }
        if (machine.isEmpty()) {
            provenance(out, Set.of("weights_sha256"), stored, again);
        }
        return new RowComparison(List.copyOf(machine), List.copyOf(out));
    }

    private static void provenance(List<Difference> out, Set<String> keys, Row stored, Row again) {
        for (String key : new TreeSet<>(keys)) {
            text(
                    out,
                    "provenance." + key,
                    stored.provenance().get(key),
                    again.provenance().get(key));
        }
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
