package org.backbonelab.results;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One finished cell.
 *
 * @param id of the cell: the hash of its canonical JSON
 * @param cell what was trained, as JSON, enough to train it again
 * @param axes what the study varies, by column name; numbers or text
 * @param status how it ended
 * @param metrics scalars by column name; NaN is a result. A diverged training has no accuracy and no loss on held-out
 *     images: {@link #isScore these} are NaN, whatever is given here
 * @param series lists of numbers by name: curves, per-layer measures, flattened grids
 * @param provenance code, versions, machine, data checksum
 * @param seconds wall time
 */
public record Row(
        String id,
        String cell,
        Map<String, Object> axes,
        Status status,
        Map<String, Double> metrics,
        Map<String, List<Double>> series,
        Map<String, String> provenance,
        double seconds) {
    /** The metric that counts the updates with a loss or gradient that was not finite. */
    public static final String NON_FINITE = "nonfinite_updates";

    private static final Pattern SCORE = Pattern.compile("(best_)?(val|test)_(top1|loss)");

    /**
     * Sorts by name, so that a row read back makes the same table as the row that was written.
     *
     * @throws IllegalArgumentException if a part is missing
     */
    public Row {
        if (id == null || cell == null || axes == null || status == null || metrics == null || series == null) {
            throw new IllegalArgumentException("a row lacks its id, cell, axes, status, metrics or series");
        }
        axes = new TreeMap<>(axes);
        metrics = new TreeMap<>(metrics);
        // Rows written before these updates were counted do not have it.
        metrics.putIfAbsent(NON_FINITE, 0.0);
        if (status == Status.DIVERGED) {
            metrics.replaceAll((name, value) -> isScore(name) ? Double.NaN : value);
        }
        series = new TreeMap<>(series);
        provenance = provenance == null ? Map.of() : new TreeMap<>(provenance);
    }

    /**
     * Tells whether a metric says how good a trained network is on held-out images: {@code val_top1}, {@code test_loss},
     * {@code best_test_top1} and such.
     *
     * <p>The answers of a network of NaN are all class 0, which reads as 10 % of ten classes and is no accuracy.
     */
    public static boolean isScore(String metric) {
        return SCORE.matcher(metric).matches();
    }

    /** Tells whether a metric is a time, {@code time_data} and such, which no two runs have alike. */
    public static boolean isTime(String metric) {
        return metric.startsWith("time_");
    }

    /** How a cell ended; a failure of the machine is an exception, not a row. */
    public enum Status {
        /** Trained to the end. */
        OK,
        /** A loss or gradient became NaN or infinite, or the loss rose above the recipe's ceiling; there is no accuracy. */
        DIVERGED
    }
}
