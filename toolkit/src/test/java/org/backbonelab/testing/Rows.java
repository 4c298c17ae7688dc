package org.backbonelab.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.results.Row;

/** Rows for tests of tables and stores. */
public final class Rows {
    private Rows() {}

    /** Returns a finished row; ids are 16 hexadecimal digits. */
    public static Row of(int id, String backbone, double lr, long seed, double top1) {
        Map<String, Object> axes = new LinkedHashMap<>();
        axes.put("backbone", backbone);
        axes.put("lr", lr);
        axes.put("seed", seed);
        return new Row(
                String.format("%016x", id),
                "{}",
                axes,
                Double.isNaN(top1) ? Row.Status.DIVERGED : Row.Status.OK,
                new LinkedHashMap<>(Map.of("val_top1", top1, "test_loss", 2 - top1 / 100)),
                Map.of("train_loss", List.of(2.5, Double.NaN, Double.POSITIVE_INFINITY)),
                Map.of("git_commit", "abc", "seed", String.valueOf(seed)),
                1.5);
    }
}
