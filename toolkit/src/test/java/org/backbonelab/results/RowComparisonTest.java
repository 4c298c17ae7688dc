package org.backbonelab.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowComparisonTest {
    private static final Map<String, Double> METRICS = Map.of("val_top1", 80.0, "train_loss", 0.5, "time_forward", 3.0);
    private static final Map<String, List<Double>> SERIES = Map.of("curve", List.of(2.0, Double.NaN, 1.0));
    private static final Map<String, String> PROVENANCE =
            Map.of("processor", "p", "threads", "1", "weights_sha256", "w", "data_sha256", "d", "git_commit", "g");

    private static Row row(
            Map<String, Double> metrics, Map<String, List<Double>> series, Map<String, String> provenance) {
        return new Row("id", "{}", Map.of(), Row.Status.OK, metrics, series, provenance, 1.5);
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> out = new HashMap<>(map);
        out.put(key, value);
        return out;
    }

    private static final Row STORED = row(METRICS, SERIES, PROVENANCE);

    private static List<String> fields(Row again) {
        return RowComparison.of(STORED, again, 0.1).differences().stream()
                .map(RowComparison.Difference::field)
                .toList();
    }

    @Test
    void equalRowsAreEqualWhateverTheirTimesAndCode() {
        Row again = new Row(
                "id",
                "{}",
                Map.of(),
                Row.Status.OK,
                with(METRICS, "time_forward", 9.0),
                SERIES,
                with(PROVENANCE, "git_commit", "h"),
                99);
        RowComparison found = RowComparison.of(STORED, again, 0.1);
        assertTrue(found.isEqual() && found.isSameMachine(), found.toString());
    }

    @Test
    void onOneMachineTheLastBitCounts() {
        double next = Math.nextUp(0.5);
        assertEquals(List.of("metrics.train_loss"), fields(row(with(METRICS, "train_loss", next), SERIES, PROVENANCE)));
        assertEquals(
                List.of("series.curve[2]"),
                fields(row(METRICS, Map.of("curve", List.of(2.0, Double.NaN, Math.nextUp(1.0))), PROVENANCE)));
        assertEquals(
                List.of("provenance.weights_sha256"),
                fields(row(METRICS, SERIES, with(PROVENANCE, "weights_sha256", "v"))));
        assertEquals(
                List.of("provenance.data_sha256"), fields(row(METRICS, SERIES, with(PROVENANCE, "data_sha256", "e"))));
    }

    @Test
    void onAnotherMachineNumbersMayDifferByTheTolerance() {
        Map<String, String> other = with(with(PROVENANCE, "processor", "q"), "weights_sha256", "v");
        Row near = row(with(METRICS, "val_top1", 73.0), SERIES, other);
        RowComparison found = RowComparison.of(STORED, near, 0.1);
        assertFalse(found.isSameMachine());
        assertEquals(
                "provenance.processor: stored p, again q",
                found.machine().get(0).toString());
        assertTrue(found.isEqual(), found.toString());
        assertEquals(List.of("metrics.val_top1"), fields(row(with(METRICS, "val_top1", 71.0), SERIES, other)));
        assertEquals(List.of("metrics.train_loss"), fields(row(with(METRICS, "train_loss", 0.61), SERIES, other)));
        assertEquals(
                List.of("metrics.train_loss"), fields(row(with(METRICS, "train_loss", Double.NaN), SERIES, other)));
    }

    @Test
    void missingMoreAndOtherLengthsAreDifferences() {
        assertEquals(List.of("metrics.extra"), fields(row(with(METRICS, "extra", 1.0), SERIES, PROVENANCE)));
        assertEquals(List.of("metrics.train_loss", "metrics.val_top1"), fields(row(Map.of(), SERIES, PROVENANCE)));
        assertEquals(List.of("series.curve"), fields(row(METRICS, Map.of("curve", List.of(2.0)), PROVENANCE)));
        Row diverged = new Row("id", "{}", Map.of(), Row.Status.DIVERGED, METRICS, SERIES, PROVENANCE, 1);
        assertEquals(List.of("status", "metrics.val_top1"), fields(diverged));
    }
}
