package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.backbonelab.testing.Papers;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class PublishedNfnetsTest {
    /** The resource against the fact sheet's table, which was typed by itself. */
    @Test
    void lossesAreTheFactSheets() {
        Table table = PublishedNfnets.losses();
        List<String[]> lines = Papers.read("nfnet-scaling");
        assertEquals(36, table.rowCount());
        for (int i = 0; i < 36; i++) {
            String[] line = lines.get(i + 1);
            assertEquals(line[0], table.stringColumn("network").get(i));
            assertEquals(
                    Double.parseDouble(line[1]), table.doubleColumn("epochs").getDouble(i));
            assertEquals(
                    Double.parseDouble(line[2]),
                    table.doubleColumn("core_hours").getDouble(i));
            assertEquals(Double.parseDouble(line[3]), table.doubleColumn("loss").getDouble(i));
        }
        assertEquals(32e9, table.doubleColumn("images").max());
        assertEquals(829.6e6, table.doubleColumn("params").max(), 1);
        assertEquals(9.49e9, table.doubleColumn("macs").min(), 1);
    }

    @Test
    void everyRowSaysHowItWasRead() {
        for (Table table : List.of(
                PublishedNfnets.losses(), PublishedNfnets.rates(), PublishedNfnets.errors(), PublishedNfnets.vits())) {
            for (String reading : table.stringColumn("reading")) {
                assertTrue(reading.matches("(digitised|printed).*"), reading);
            }
        }
        assertEquals(
                6,
                PublishedNfnets.losses().stringColumn("reading").asList().stream()
                        .filter(reading -> reading.contains("±0.006"))
                        .count());
    }

    @Test
    void ratesAndErrorsAreWhole() {
        Table rates = PublishedNfnets.rates();
        assertEquals(18, rates.rowCount());
        assertEquals(3, rates.stringColumn("network").countUnique());
        assertEquals(0.4, rates.doubleColumn("lr").min());
        assertEquals(1.6, rates.doubleColumn("lr").max());
        Table errors = PublishedNfnets.errors();
        assertEquals(26, errors.rowCount());
        assertEquals(9.61, errors.doubleColumn("error").min());
        Table printed = errors.where(errors.stringColumn("reading").containsString("printed"));
        assertArrayEquals(
                new double[] {9.75, 9.61}, printed.doubleColumn("error").asDoubleArray());
        assertEquals(106566, printed.doubleColumn("core_hours").getDouble(1));
    }

    @Test
    void transformersAreThePrinted() {
        Table vits = PublishedNfnets.vits();
        assertArrayEquals(
                new double[] {90.2, 90.45, 90.3}, vits.doubleColumn("top1").asDoubleArray());
        assertArrayEquals(
                new double[] {120e3, 280e3, 130e3},
                vits.doubleColumn("tpu_v4_hours").asDoubleArray());
    }

    /** Fine-tuning favours the larger network at 19k and at 27k core hours; the second only within what is read. */
    @Test
    void ranksSwapAtTwoBudgets() {
        Table swaps = PublishedNfnets.rankSwaps(0.06);
        assertTrue(swaps.stringColumn("smaller").asList().containsAll(List.of("F3 4", "F3+ 4")), swaps.toString());
        int i = swaps.stringColumn("smaller").firstIndexOf("F3 4");
        assertEquals("F7 2", swaps.stringColumn("larger").get(i));
        assertEquals(0.015, swaps.doubleColumn("loss_difference").getDouble(i), 1e-9);
        assertEquals(-0.11, swaps.doubleColumn("error_difference").getDouble(i), 1e-9);
        assertEquals("beyond the reading", swaps.stringColumn("reading").get(i));
        int j = swaps.stringColumn("larger").firstIndexOf("F7+ 2");
        assertEquals("within the reading", swaps.stringColumn("reading").get(j));
    }
}
