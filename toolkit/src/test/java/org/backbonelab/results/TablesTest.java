package org.backbonelab.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.backbonelab.testing.Rows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class TablesTest {
    private static final List<Row> ROWS =
            List.of(Rows.of(1, "resnet_micro", 0.1, 0, 50), Rows.of(2, "vit_micro", 0.2, 1, Double.NaN));

    @Test
    void hasOneRowACell() {
        Table table = Tables.of("study", ROWS);
        assertEquals("study", table.name());
        assertEquals(2, table.rowCount());
        assertArrayEquals(new double[] {0.1, 0.2}, table.doubleColumn("lr").asDoubleArray());
        assertEquals(List.of("OK", "DIVERGED"), table.stringColumn("status").asList());
        assertEquals(List.of("abc", "abc"), table.stringColumn("git_commit").asList());
        assertTrue(Double.isNaN(table.doubleColumn("val_top1").getDouble(1)));
    }

    @Test
    void metricThatARowLacksIsNotANumber() {
        Row extra = new Row(
                "3",
                "{}",
                ROWS.get(0).axes(),
                Row.Status.OK,
                java.util.Map.of("hessian_top", 3.0),
                java.util.Map.of(),
                java.util.Map.of(),
                1);
        Table table = Tables.of("study", List.of(ROWS.get(0), extra));
        assertTrue(Double.isNaN(table.doubleColumn("hessian_top").getDouble(0)));
        assertEquals(3, table.doubleColumn("hessian_top").getDouble(1));
        assertTrue(Double.isNaN(table.doubleColumn("val_top1").getDouble(1)));
    }

    /** One that diverged lacks what is measured at the end. */
    @Test
    void seriesOfRowsWithOtherMetricsStandInOneTable() {
        Row extra = new Row(
                "3",
                "{}",
                ROWS.get(0).axes(),
                Row.Status.OK,
                java.util.Map.of("best_test_top1", 3.0),
                java.util.Map.of("train_loss", List.of(1.0)),
                java.util.Map.of(),
                1);
        Table table = Tables.series("train_loss", List.of(extra, ROWS.get(1)));
        assertEquals(4, table.rowCount());
        assertEquals(3, table.doubleColumn("best_test_top1").getDouble(0));
        assertTrue(Double.isNaN(table.doubleColumn("best_test_top1").getDouble(1)));
    }

    @Test
    void seriesAreLong() {
        Table table = Tables.series("train_loss", ROWS);
        assertEquals(6, table.rowCount());
        assertArrayEquals(
                new double[] {0, 1, 2, 0, 1, 2}, table.doubleColumn("index").asDoubleArray());
        assertEquals(2.5, table.doubleColumn("value").getDouble(0));
        assertTrue(Double.isNaN(table.doubleColumn("value").getDouble(1)));
        assertEquals("vit_micro", table.stringColumn("backbone").get(3));
        String message = assertThrows(IllegalArgumentException.class, () -> Tables.series("curve", ROWS))
                .getMessage();
        assertTrue(message.contains("curve"), message);
    }

    @Test
    void csvComesBack(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("below/study.csv");
        Tables.writeCsv(Tables.of("study", ROWS), file);
        List<String> lines = Files.readAllLines(file);
        assertEquals(3, lines.size());
        Table back = Table.read().csv(file.toFile());
        assertEquals(2, back.rowCount());
        assertEquals("vit_micro", back.stringColumn("backbone").get(1));
        assertEquals(50, back.numberColumn("val_top1").getDouble(0));
        assertTrue(back.numberColumn("val_top1").isMissing(1), "NaN is a hole: " + lines);
    }
}
