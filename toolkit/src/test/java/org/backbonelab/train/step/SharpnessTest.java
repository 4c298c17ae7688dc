package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.Supplier;
import org.backbonelab.optim.Schedule;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.junit.jupiter.api.Test;

class SharpnessTest {
    private static final Recipe PLAIN = Recipe.supervised();

    /** The radius goes with the rate itself: 1e-3 at the peak, 1e-5 at the floor of one per cent. */
    @Test
    void radiusOfGsamFollowsTheLearningRate() {
        Recipe recipe =
                PLAIN.withLr(1e-3).withSchedule(Schedule.COSINE.withFloor(0.01)).withSam(Sharpness.gsam(0.1, 0.4), 0.6);
        Gsam gsam = (Gsam) Steps.of(recipe);
        assertEquals(0.6, gsam.radius(1e-3), 1e-12);
        assertEquals(0.1, gsam.radius(1e-5), 1e-12);
        assertEquals(0.35, gsam.radius((1e-3 + 1e-5) / 2), 1e-12);
        assertEquals(0.1, gsam.radius(0), "warm-up starts below the floor");
        assertEquals(0.6, gsam.radius(2e-3), "never above rho");
        assertEquals(0.6, new Gsam(0.6, 0.1, 0, 1e-3, 1e-3).radius(1e-3), "a floor at the peak");
    }

    private static void assertRefused(String message, Supplier<?> build) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, build::get).getMessage());
    }

    @Test
    void badValuesAreRefused() {
        assertRefused("rho is 0.0, expected a positive number", () -> new Asam(0, 0.01));
        assertRefused("eta is -1.0, expected a number of 0 or more", () -> new Asam(0.5, -1));
        assertRefused("rhoMin is 0.2, expected 0 to rho", () -> new Gsam(0.1, 0.2, 0, 1, 0));
        assertRefused("alpha is NaN, expected a number of 0 or more", () -> new LookSam(0.1, Double.NaN, 5));
        assertRefused("every is 0, expected 1 or more updates", () -> new LookSam(0.1, 0.7, 0));
        assertRefused("images of a chunk is 0, expected 1 or more", () -> new ChunkedStep(new Sam(1), 0));
        assertRefused(
                "sharpness: m is 4, expected 0 (one perturbation an update), or more with SAM or ASAM",
                () -> Sharpness.gsam(0, 0.1).withM(4));
        assertRefused("sharpness: every is 0, expected 1, or more with LOOKSAM", () -> Sharpness.lookSam(0, 0.7));
        assertRefused(
                "sharpness: eta is -0.01, expected a number of 0 or more with ASAM, else 0",
                () -> Sharpness.asam(-0.01));
        assertRefused(
                "sharpness: rhoMin is 0.2, expected 0 to rho, which is 0.1",
                () -> PLAIN.withSam(Sharpness.gsam(0.2, 0.4), 0.1));
        assertRefused(
                "sharpness: m is 200, expected 0 to the batch size 100",
                () -> PLAIN.withSam(Sharpness.SAM.withM(200), 0.1));
        assertRefused("sharpness is null, expected one of the SAM family", () -> PLAIN.withSam(null, 0.1));
        assertFalse(Steps.of(PLAIN.withSam(Sharpness.asam(0.01), 0)) instanceof Asam, "rho 0 is the plain step");
        assertNotEquals(PLAIN, PLAIN.withSam(Sharpness.asam(0.01), 0));
    }
}
