package org.backbonelab.recipe;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Parameters that learn or decay differently, chosen by name; of several groups that fit a name the first counts.
 *
 * <p>The factors come on top of what holds for all: layer-wise decay of the learning rate, and no weight decay where
 * {@link OptimizationSettings#weightDecay} says so.
 *
 * @param pattern a regular expression for the whole of a timm-style name, such as {@code head\..*}
 * @param lrScale factor of the learning rate, 0 holds the parameters fast
 * @param decayScale factor of the weight decay, 0 for none
 */
public record ParameterGroup(String pattern, double lrScale, double decayScale) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the pattern is no regular expression or a factor is negative or not finite
     */
    public ParameterGroup {
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "pattern of a parameter group is \"" + pattern + "\", expected a regular expression: "
                            + e.getDescription(),
                    e);
        }
        require("learning-rate", pattern, lrScale);
        require("weight-decay", pattern, decayScale);
    }

    private static void require(String what, String pattern, double factor) {
        if (!(factor >= 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException(what + " factor of parameter group \"" + pattern + "\" is " + factor
                    + ", expected a number of 0 or more");
        }
    }

    /** Tells whether a parameter belongs to this group. */
    public boolean fits(String name) {
        return name.matches(pattern);
    }
}
