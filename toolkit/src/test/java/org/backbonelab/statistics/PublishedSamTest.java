package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class PublishedSamTest {
    /** The abstract says: +5.3 and +11.0 points on ImageNet for ViT-B/16 and Mixer-B/16. */
    @Test
    void gainsAreThoseOfTheAbstract() {
        assertEquals(5.3, gain("ViT-B/16", "ImageNet"), 1e-9);
        assertEquals(11.0, gain("Mixer-B/16", "ImageNet"), 1e-9);
    }

    @Test
    void everyNetworkHasEveryMeasure() {
        Table table = PublishedSam.accuracy();
        assertEquals(60, table.rowCount());
        assertEquals(12, table.stringColumn("model").unique().size());
        for (String model : table.stringColumn("model").unique()) {
            Table own = table.where(table.stringColumn("model").isEqualTo(model));
            assertEquals(PublishedSam.measures(), own.stringColumn("measure").asList());
        }
        assertTrue(table.doubleColumn("gain").min() > 0);
        assertTrue(table.doubleColumn("sam").max() < 90);
    }

    /** SAM's eigenvalue of ResNet-152 is known from memory only, and is not there. */
    @Test
    void whatIsNotKnownIsNotANumber() {
        Table table = PublishedSam.others();
        assertTrue(Double.isNaN(table.doubleColumn("sam").getDouble(0)));
        assertEquals(20.9, table.doubleColumn("sam").getDouble(1));
    }

    private static double gain(String model, String measure) {
        Table table = PublishedSam.accuracy();
        return table.where(table.stringColumn("model")
                        .isEqualTo(model)
                        .and(table.stringColumn("measure").isEqualTo(measure)))
                .doubleColumn("gain")
                .getDouble(0);
    }
}
