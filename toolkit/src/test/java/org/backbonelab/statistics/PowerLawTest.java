package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.backbonelab.results.Select;
import org.junit.jupiter.api.Test;

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
        PowerLaw law =
                PowerLaw.fit(Select.frontier(PublishedNfnets.losses(), "core_hours", "loss"), "core_hours", "loss");
        assertEquals(24, law.x().size());
        assertEquals(3.850, law.a(), 0.0005);
        assertEquals(-0.0430, law.b(), 0.00005);
        assertEquals(0.990, law.r2(), 0.0005);
        assertEquals(0.0067, law.logRmse(), 0.00005);
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
