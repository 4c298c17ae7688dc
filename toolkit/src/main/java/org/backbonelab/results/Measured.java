package org.backbonelab.results;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a measure found on the network of one finished cell: a record of its own, joined to the row by the cell's id.
 *
 * @param id of the cell
 * @param measure its name
 * @param version of the measure; a number of another version is not used
 * @param metrics scalars by column name
 * @param series lists by name
 * @param provenance code and machine that measured, and the hash of the weights it saw
 */
public record Measured(
        String id,
        String measure,
        int version,
        Map<String, Double> metrics,
        Map<String, List<Double>> series,
        Map<String, String> provenance) {
    /**
     * Sorts by name.
     *
     * @throws IllegalArgumentException if a part is missing
     */
    public Measured {
        if (id == null || measure == null || metrics == null || series == null) {
            throw new IllegalArgumentException("a measured record lacks its id, measure, metrics or series");
        }
        metrics = new TreeMap<>(metrics);
        series = new TreeMap<>(series);
        provenance = provenance == null ? Map.of() : new TreeMap<>(provenance);
    }
}
