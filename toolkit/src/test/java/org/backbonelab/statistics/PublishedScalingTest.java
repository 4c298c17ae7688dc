package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Our fits of the published losses against the fact sheet's, to its last digit, and against SciPy's, to four. */
class PublishedScalingTest {
    private static final Golden GOLDEN = Golden.load("scaling");
    private static final ScalingRuns RUNS =
            ScalingRuns.of(PublishedNfnets.losses(), "network", "core_hours", "loss", "params", "images");

    private static void scipy(String fit, String name, double ours) {
        double theirs = GOLDEN.values(fit, name)[0];
        assertEquals(theirs, ours, 5e-5 * Math.abs(theirs), fit + " " + name);
    }

    @Test
    void powerLaw() {
        FrontierFit fit = FrontierFit.power(RUNS);
        PowerLaw law = (PowerLaw) fit.law();
        assertEquals(24, fit.frontier().rowCount());
        assertEquals(3.850, law.a(), 0.0005);
        assertEquals(-0.0430, law.b(), 0.00005);
        assertEquals(0.0067, law.logRmse(), 0.00005);
        assertEquals(-232.8, law.aicc(), 0.05);
        scipy("power", "a", law.a());
        scipy("power", "b", law.b());
        scipy("power", "aicc", law.aicc());
    }

    /** The fact sheet's fit is Huber's; by least squares the floor is lower and AICc prefers it, by too little to tell. */
    @Test
    void floor() {
        FlooredPowerLaw huber =
                (FlooredPowerLaw) FrontierFit.floored(RUNS, Misfit.HUBER).law();
        assertEquals(1.61, huber.floor(), 0.005);
        assertEquals(0.109, huber.b(), 0.0005);
        assertEquals(-231.2, huber.aicc(), 0.05);
        FlooredPowerLaw squares =
                (FlooredPowerLaw) FrontierFit.floored(RUNS, Misfit.SQUARES).law();
        assertEquals(1.2, FrontierFit.power(RUNS).law().aicc() - squares.aicc(), 0.05);
        floorIsSciPys("floored_huber", huber);
        floorIsSciPys("floored_squares", squares);
    }

    private static void floorIsSciPys(String name, FlooredPowerLaw law) {
        scipy(name, "floor", law.floor());
        scipy(name, "a", law.a());
        scipy(name, "b", law.b());
        scipy(name, "log_rmse", law.logRmse());
        scipy(name, "aicc", law.aicc());
    }

    @Test
    void surface() {
        ScalingSurface huber = ScalingSurface.fit(RUNS, Misfit.HUBER);
        assertEquals(2.03, huber.floor(), 0.005);
        assertEquals(0.50, huber.alpha(), 0.005);
        assertEquals(0.29, huber.beta(), 0.005);
        assertEquals(0.0062, huber.logRmse(), 0.00005);
        assertEquals(0.37, huber.sizeExponent(), 0.005);
        surfaceIsSciPys("surface_huber", huber);
        surfaceIsSciPys("surface_squares", ScalingSurface.fit(RUNS, Misfit.SQUARES));
    }

    private static void surfaceIsSciPys(String name, ScalingSurface law) {
        scipy(name, "floor", law.floor());
        scipy(name, "alpha", law.alpha());
        scipy(name, "beta", law.beta());
        scipy(name, "log_rmse", law.logRmse());
        scipy(name, "size_exponent", law.sizeExponent());
    }

    /** The fact sheet: slope -0.0417, F1 up to about 4.8k core hours, F3+ up to 57k but for F7 in places, F7+ above 63k. */
    @Test
    void envelope() {
        BestSizes envelope = Envelope.of(RUNS, 800, 100e3, 200);
        assertEquals(-0.0417, envelope.lossExponent(), 0.00005);
        Table table = envelope.table();
        assertEquals("F1", table.stringColumn("network").get(0));
        int last = table.rowCount() - 1;
        assertEquals("F7+", table.stringColumn("network").get(last));
        assertEquals(BestSizes.EDGE, table.stringColumn("verdict").get(last), "no larger network was trained");
        assertTrue(envelope.sizeExponent() > 0 && envelope.imagesExponent() > 0, envelope.toString());
    }

    @Test
    void largestBudgetsArePredicted() {
        Table table = HeldOut.predict(RUNS, 4, Misfit.SQUARES);
        assertEquals(3, table.stringColumn("law").countUnique());
        for (double error : table.doubleColumn("error")) {
            assertEquals(0, error, 0.05);
        }
        assertEquals(
                4, table.where(table.stringColumn("law").isEqualTo("surface")).rowCount());
    }

    @Test
    void intervalOverRunsHoldsTheFit() {
        FrontierFit.Bootstrap interval = FrontierFit.power(RUNS).bootstrap(2000, 0);
        assertEquals(0, interval.lost());
        assertTrue(interval.lo() < -0.0430 && -0.0430 < interval.hi(), interval.recipe());
        assertEquals(-0.0430, interval.lo(), 0.004, "an interval of use");
        assertEquals(-0.0430, interval.hi(), 0.004, "an interval of use");
    }
}
