package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class RateTrendTest {
    private static final double[] BUDGETS = {0.25, 0.5, 1, 2, 4};

    /** Losses that are parabolas of log rate around optimum(network, budget), on rates 0.0125 to 1.6. */
    private static Table rows(double fall, double fallOfLarge) {
        Table out = Table.create(
                StringColumn.create("net"),
                DoubleColumn.create("epochs"),
                DoubleColumn.create("lr"),
                DoubleColumn.create("seed"),
                DoubleColumn.create("val_loss"));
        for (String net : new String[] {"small", "large"}) {
            for (double budget : BUDGETS) {
                double slope = net.equals("small") ? fall : fallOfLarge;
                double best = (net.equals("small") ? 0.2 : 0.11) * Math.pow(budget, slope);
                for (double rate = 0.0125; rate < 2; rate *= 2) {
                    out.stringColumn("net").append(net);
                    out.doubleColumn("epochs").append(budget);
                    out.doubleColumn("lr").append(rate);
                    out.doubleColumn("seed").append(0);
                    out.doubleColumn("val_loss").append(1 + 0.1 * Math.pow(Math.log(rate / best), 2));
                }
            }
        }
        return out;
    }

    private static RateTrend trend(double fall, double fallOfLarge) {
        return RateTrend.of(rows(fall, fallOfLarge), "val_loss", "net", "epochs");
    }

    /** The parabolas find the true optimum between the rates of the grid. */
    @Test
    void verticesAreBetweenTheRatesOfTheGrid() {
        Table table = trend(-0.25, -0.25).table();
        for (int i = 0; i < table.rowCount(); i++) {
            double start = table.stringColumn("network").get(i).equals("small") ? 0.2 : 0.11;
            double truth = start * Math.pow(table.doubleColumn("budget").getDouble(i), -0.25);
            assertEquals(truth, table.doubleColumn("vertex").getDouble(i), 1e-9);
            assertEquals(0, table.doubleColumn("edge").getDouble(i));
            assertEquals(8, table.doubleColumn("tried").getDouble(i));
        }
    }

    @Test
    void slopesAreFound() {
        assertEquals(-0.25, trend(-0.25, -0.25).slope().value(), 1e-9);
        Map<String, Double> sizes = Map.of("small", 1.0, "large", Math.E);
        assertEquals(-0.2, trend(-0.1, -0.3).slopeBySize(sizes).value(), 1e-9);
        assertEquals(-0.2, trend(-0.1, -0.3).slope().value(), 1e-9);
        String message = assertThrows(
                        IllegalArgumentException.class, () -> trend(0, 0).slopeBySize(Map.of("small", 1.0)))
                .getMessage();
        assertTrue(message.contains("large"), message);
    }

    @Test
    void theEdgeOfAGridIsNamed() {
        Table rows = rows(0, 0);
        Table few = rows.where(rows.doubleColumn("lr").isGreaterThan(0.15));
        Table table = RateTrend.of(few, "val_loss", "net", "epochs").table();
        assertEquals(10, table.doubleColumn("edge").sum());
        RateTrend.Slope slope = RateTrend.of(few, "val_loss", "net", "epochs").slope();
        assertTrue(Double.isNaN(slope.value()) && slope.budgets() == 0, slope::toString);
    }

    /** With a rate that falls by half every second doubling, two trials follow it; where it rises, they cannot. */
    @Test
    void twoTrialsFollowAFallingRate() {
        assertEquals(0, trend(-0.5, -0.5).twoTrials().doubleColumn("excess").max(), 1e-12);
        assertTrue(trend(1, 1).twoTrials().doubleColumn("excess").max() > 0.1);
    }

    @Test
    void aRateThatDivergedIsNotTheBest() {
        Table rows = rows(0, 0);
        rows.doubleColumn("val_loss").set(rows.doubleColumn("lr").isGreaterThan(0.15), Double.NaN);
        Table table = RateTrend.of(rows, "val_loss", "net", "epochs").table();
        table.doubleColumn("lr").forEach(lr -> assertEquals(0.1, lr, 1e-12));
        table.doubleColumn("vertex").forEach(lr -> assertEquals(0.1, lr, 1e-12));
    }
}
