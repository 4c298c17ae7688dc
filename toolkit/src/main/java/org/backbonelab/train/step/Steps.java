package org.backbonelab.train.step;

import org.backbonelab.recipe.OptimizationSettings;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.recipe.Sharpness;
import org.backbonelab.train.objective.Objective;

/** The steps by what a recipe says of sharpness. */
public final class Steps {
    private Steps() {}

    /** Returns how many forward and backward passes an update makes on average, without an estimate of curvature. */
    public static double passes(Recipe recipe, Objective objective) {
        OptimizationSettings o = recipe.optimization();
        // SAM's and ASAM's first gradient moves the images too; all others take a pass of their own for it.
        boolean together = o.rho() > 0 && o.sharpness().firstOnlyAscends();
        return o.passes() + (objective.attack().isPresent() && !together ? 1 : 0);
    }

    /** Returns the step of a recipe, in its state before training. */
    public static Step of(Recipe recipe) {
        OptimizationSettings o = recipe.optimization();
        Sharpness s = o.sharpness();
        double rho = o.rho();
        if (rho == 0) {
            return Step.PLAIN;
        }
        Step step =
                switch (s.kind()) {
                    case SAM -> new Sam(rho);
                    case ASAM -> new Asam(rho, s.eta());
                    case GSAM -> {
                        double floor = o.lr() * recipe.schedule().curve().floor();
                        yield new Gsam(rho, s.rhoMin(), s.alpha(), o.lr(), floor);
                    }
                    case LOOKSAM -> new LookSam(rho, s.alpha(), s.every());
                };
        return s.m() == 0 ? step : new ChunkedStep(step, s.m());
    }
}
