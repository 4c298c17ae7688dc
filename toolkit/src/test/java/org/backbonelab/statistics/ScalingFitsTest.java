package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class ScalingFitsTest {
    private static final double[] X = {1, 2, 5, 10, 30, 100, 300};
    private static final ScalingRuns EXACT = ScalingCoverage.runs(ScalingCoverage.SIX, 1, 1, 0, 0);

    private static String message(Executable call) {
        return assertThrows(IllegalArgumentException.class, call).getMessage();
    }

    private static Table table(String[] networks, double[] compute, double... loss) {
        return Table.create(
                "runs",
                StringColumn.create("network", networks),
                DoubleColumn.create("compute", compute),
                DoubleColumn.create("loss", loss));
    }

    @Test
    void knownFloorIsFound() {
        double[] y = Arrays.stream(X).map(x -> 0.7 + 2 * Math.pow(x, -0.4)).toArray();
        for (Misfit misfit : List.of(Misfit.SQUARES, Misfit.HUBER)) {
            FlooredPowerLaw law = FlooredPowerLaw.fit(X, y, misfit);
            assertEquals(0.7, law.floor(), 1e-6);
            assertEquals(0.4, law.b(), 1e-6);
            assertEquals(0.7 + 2 * Math.pow(1000, -0.4), law.at(1000), 1e-6);
        }
    }

    /** A straight line in logarithms has no floor, and a curve that steepens cannot have one below 0. */
    @Test
    void floorIsNeverBelowZero() {
        double[] straight = Arrays.stream(X).map(x -> 3 * Math.pow(x, -0.25)).toArray();
        assertEquals(0, FlooredPowerLaw.fit(X, straight).floor(), 1e-4);
        double[] steeper = Arrays.stream(X).map(x -> 5 - 0.8 * Math.log(x)).toArray();
        FlooredPowerLaw law = FlooredPowerLaw.fit(X, steeper);
        assertEquals(0, law.floor());
        assertEquals(PowerLaw.fit(X, steeper).b(), law.exponent(), 1e-5);
    }

    @Test
    void knownSurfaceIsFound() {
        ScalingSurface surface = ScalingSurface.fit(EXACT, Misfit.SQUARES);
        assertEquals(1, surface.floor(), 1e-5);
        assertEquals(0.4, surface.alpha(), 1e-5);
        assertEquals(0.3, surface.beta(), 1e-5);
        assertEquals(1, surface.a(), 1e-4);
        assertEquals(1, surface.b(), 1e-4);
        ScalingSurface.Optimum best = surface.optimum(600, 6);
        assertEquals(600, 6 * best.size() * best.images(), 1e-9);
        for (double off : new double[] {0.9, 1.1}) {
            assertTrue(surface.at(best.size() * off, best.images() / off) > best.loss());
        }
        double larger = surface.optimum(6000, 6).size() / best.size();
        assertEquals(surface.sizeExponent(), Math.log10(larger), 1e-9);
        assertEquals(1, surface.sizeExponent() + surface.imagesExponent(), 1e-12);
    }

    /** By the law the best size grows as C^0.43: an exact fit of a surface, a coarse one of an envelope. */
    @Test
    void envelopeAndParabolasComeNearTheLaw() {
        assertEquals(0.43, IsoFlop.of(EXACT, 1, 16, 9).sizeExponent(), 0.1);
        assertEquals(0.43, Envelope.of(EXACT, 0.3, 60, 100).sizeExponent(), 0.1);
    }

    @Test
    void aMinimumAtTheEdgeIsNone() {
        // Far cheaper than any optimum: the smallest network is the best wherever it was trained.
        ScalingRuns wide = ScalingCoverage.runs(new double[] {8, 12, 20, 40}, 1, 1, 0, 0);
        BestSizes parabolas = IsoFlop.of(wide, 3, 10, 5);
        assertTrue(parabolas.table().stringColumn("verdict").asList().stream().noneMatch(BestSizes.MINIMUM::equals));
        assertTrue(Double.isNaN(parabolas.sizeExponent()));
        BestSizes envelope = Envelope.of(wide, 3, 10, 5);
        assertTrue(envelope.table().stringColumn("verdict").asList().stream().allMatch(BestSizes.EDGE::equals));
        assertTrue(Double.isNaN(envelope.sizeExponent()));
        assertTrue(envelope.lossExponent() < 0);
    }

    @Test
    void seedsAreAveragedAndDivergedSettingsLeftOut() {
        Table rows = table(
                new String[] {"a", "a", "a", "a", "b", "b"},
                new double[] {1, 1, 2, 2, 4, 8},
                2,
                4,
                2.5,
                Double.NaN,
                2,
                1);
        ScalingRuns runs = ScalingRuns.of(rows, "network", "compute", "loss");
        assertEquals(3, runs.settings());
        assertEquals(2, runs.leftOut());
        assertArrayEquals(
                new double[] {3, 2, 1}, runs.frontier().doubleColumn("loss").asDoubleArray());
        FrontierFit fit = FrontierFit.power(runs);
        assertTrue(fit.recipe().contains("2 more left out"), fit.recipe());
        Table slopes = fit.localSlopes();
        assertEquals(2, slopes.rowCount());
        assertEquals(-1, slopes.doubleColumn("slope").getDouble(1), 1e-12);
        assertEquals(Math.sqrt(32), slopes.doubleColumn("x").getDouble(1), 1e-12);
    }

    @Test
    void bootstrapRepeatsAndItsBandEnclosesTheLine() {
        ScalingRuns runs = ScalingCoverage.runs(ScalingCoverage.THREE, 2, 0, 0.006, 3);
        FrontierFit fit = FrontierFit.power(runs);
        FrontierFit.Bootstrap first = fit.bootstrap(200, 5);
        assertEquals(first.lo(), fit.bootstrap(200, 5).lo());
        assertTrue(first.lo() != fit.bootstrap(200, 6).lo());
        assertTrue(first.recipe().contains("200 draws (seed 5)"), first.recipe());
        for (int i = 0; i < first.line().rowCount(); i++) {
            assertTrue(first.line().doubleColumn("lo").getDouble(i)
                    < first.line().doubleColumn("hi").getDouble(i));
        }
    }

    @Test
    void recipesSayWhatWasDone() {
        assertTrue(ScalingSurface.fit(EXACT, Misfit.HUBER).recipe().contains("Huber"));
        assertTrue(FrontierFit.power(EXACT).recipe().contains("36 settings of 6 networks"));
        assertTrue(Envelope.of(EXACT, 1, 10, 5).recipe().contains("5 log-spaced budgets"));
        assertTrue(IsoFlop.of(EXACT, 1, 10, 5).recipe().contains("minima"));
    }

    @Test
    void badInputIsRefusedWithAWayOut() {
        Table rows = table(new String[] {"a", "a"}, new double[] {1, 2}, 3, 2);
        assertTrue(
                message(() -> ScalingRuns.of(rows, "network", "macs", "loss")).contains("\"macs\""));
        Table negative = table(new String[] {"a", "a"}, new double[] {1, -2}, 3, 2);
        assertTrue(message(() -> ScalingRuns.of(negative, "network", "compute", "loss"))
                .contains("-2.0"));
        Table diverged = table(new String[] {"a"}, new double[] {1}, Double.NaN);
        assertTrue(message(() -> ScalingRuns.of(diverged, "network", "compute", "loss"))
                .contains("diverge"));
        ScalingRuns small = ScalingRuns.of(rows, "network", "compute", "loss");
        assertTrue(message(() -> ScalingSurface.fit(small, Misfit.HUBER)).contains("name all five"));
        assertTrue(message(() -> FrontierFit.floored(small, Misfit.HUBER)).contains("3 or more"));
        assertTrue(message(() -> FrontierFit.power(small).bootstrap(2000, 0)).contains("no residual"));
        assertTrue(message(() -> FrontierFit.power(EXACT).bootstrap(10, 0)).contains("10 draws"));
        assertTrue(message(() -> HeldOut.predict(EXACT, 0, Misfit.HUBER)).contains("0 of"));
        assertTrue(message(() -> Envelope.of(EXACT, 10, 1, 5)).contains("0 < low < high"));
        assertTrue(message(() -> new Misfit(0)).contains("above 0"));
    }
}
