package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.backbonelab.results.Select;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.testing.Papers;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class PowerLawTest {
    private static final double[] X = {1, 2, 5, 10, 30, 100, 300};

    @Test
    void recoversAKnownLaw() {
        double[] y = Arrays.stream(X).map(x -> 3 * Math.pow(x, -0.25)).toArray();
        PowerLaw law = PowerLaw.fit(X, y);
        assertEquals(3, law.a(), 1e-12);
        assertEquals(-0.25, law.b(), 1e-12);
        assertEquals(0, law.logRmse(), 1e-7);
        assertEquals(1, law.r2(), 1e-12);
        assertEquals(3 * Math.pow(1000, -0.25), law.at(1000), 1e-12);
    }

    /** The fact sheet's fit (NFNets at scale, figure 2): 24 of 36 runs set a new minimum. */
    @Test
    void publishedFrontierGivesThePublishedLaw() {
        PowerLaw law = PowerLaw.fit(publishedFrontier(), "core_hours", "loss");
        assertEquals(24, law.x().size());
        assertEquals(3.850, law.a(), 0.0005);
        assertEquals(-0.0430, law.b(), 0.00005);
        assertEquals(0.990, law.r2(), 0.0005);
        assertEquals(0.0067, law.logRmse(), 0.00005);
    }

    @Test
    void publishedIntervalIsMet() {
        PowerLaw.Bootstrap interval =
                PowerLaw.fit(publishedFrontier(), "core_hours", "loss").bootstrap(2000, 0);
        assertEquals(-0.0447, interval.lo(), 0.0003);
        assertEquals(-0.0414, interval.hi(), 0.0003);
    }

    private static Table publishedFrontier() {
        List<String[]> lines = Papers.read("nfnet-scaling");
        DoubleColumn hours = DoubleColumn.create("core_hours");
        DoubleColumn loss = DoubleColumn.create("loss");
        for (String[] line : lines.subList(1, lines.size())) {
            hours.append(Double.parseDouble(line[2]));
            loss.append(Double.parseDouble(line[3]));
        }
        assertEquals(36, hours.size());
        return Select.frontier(Table.create("runs", hours, loss), "core_hours", "loss");
    }

    @Test
    void bootstrapIntervalHoldsTheTruthAndRepeats() {
        double[] y = new double[X.length];
        for (int i = 0; i < y.length; i++) {
            double noise = 0.02 * Seeds.stream(1, "noise", i).nextGaussian();
            y[i] = 3 * Math.pow(X[i], -0.25) * Math.exp(noise);
        }
        PowerLaw law = PowerLaw.fit(X, y);
        PowerLaw.Bootstrap first = law.bootstrap(500, 7);
        assertTrue(first.lo() < -0.25 && -0.25 < first.hi(), first.lo() + " to " + first.hi());
        assertTrue(first.lo() < law.b() && law.b() < first.hi());
        assertTrue(first.hi() - first.lo() < 0.05, "an interval of any use");
        assertEquals(500, first.draws());
        PowerLaw.Bootstrap again = law.bootstrap(500, 7);
        assertEquals(first.lo(), again.lo());
        assertArrayEquals(
                first.line().doubleColumn("hi").asDoubleArray(),
                again.line().doubleColumn("hi").asDoubleArray());
        assertTrue(law.bootstrap(500, 8).lo() != first.lo());
    }

    @Test
    void bandEnclosesTheLine() {
        double[] y = {3, 2.6, 2.0, 1.8, 1.2, 1.0, 0.7};
        Table line = PowerLaw.fit(X, y).bootstrap(200, 0).line();
        assertEquals(1, line.doubleColumn("x").getDouble(0), 1e-9);
        assertEquals(300, line.doubleColumn("x").getDouble(line.rowCount() - 1), 1e-9);
        for (int i = 0; i < line.rowCount(); i++) {
            double middle = line.doubleColumn("y").getDouble(i);
            assertTrue(line.doubleColumn("lo").getDouble(i) <= middle);
            assertTrue(line.doubleColumn("hi").getDouble(i) >= middle);
        }
    }

    @Test
    void pointsWithoutALawAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> PowerLaw.fit(new double[] {1}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> PowerLaw.fit(new double[] {2, 2}, new double[] {1, 3}));
        assertThrows(IllegalArgumentException.class, () -> PowerLaw.fit(new double[] {1, 2}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> PowerLaw.fit(new double[] {1, 2}, new double[] {1, 0}));
        assertThrows(
                IllegalArgumentException.class, () -> PowerLaw.fit(new double[] {1, 2}, new double[] {1, Double.NaN}));
    }
}
