package org.backbonelab.statistics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;

/**
 * Minimises a function of one or two variables by a simplex that walks downhill (Nelder and Mead, Computer Journal 7, 1965).
 *
 * <p>Variable projection leaves so few variables that no derivative is needed.
 *
 * @param at where the lowest value was found
 * @param value that value
 */
record NelderMead(double[] at, double value) {
    private static final int STEPS = 400;

    /**
     * Walks from a start.
     *
     * @param size of the first simplex along each axis; it is walked again from where it ended, which frees one that collapsed early
     * @param enough the size of a simplex that has arrived
     */
    static NelderMead from(ToDoubleFunction<double[]> function, double[] start, double size, double enough) {
        NelderMead first = walk(function, start, size, enough);
        return walk(function, first.at, size / 10, enough);
    }

    private static NelderMead walk(ToDoubleFunction<double[]> function, double[] start, double size, double enough) {
        NelderMead[] simplex = new NelderMead[start.length + 1];
        for (int i = 0; i < simplex.length; i++) {
            double[] corner = start.clone();
            if (i > 0) {
                corner[i - 1] += size;
            }
            simplex[i] = evaluate(function, corner);
        }
        for (int step = 0; step < STEPS; step++) {
            Arrays.sort(simplex, Comparator.comparingDouble(NelderMead::value));
            if (span(simplex) < enough) {
                break;
            }
            move(function, simplex);
        }
        Arrays.sort(simplex, Comparator.comparingDouble(NelderMead::value));
        return simplex[0];
    }

    /** Replaces the worst corner, or draws all towards the best one. */
    private static void move(ToDoubleFunction<double[]> function, NelderMead... simplex) {
        int worst = simplex.length - 1;
        NelderMead reflected = evaluate(function, along(simplex, -1));
        if (reflected.value < simplex[0].value) {
            NelderMead expanded = evaluate(function, along(simplex, -2));
            simplex[worst] = expanded.value < reflected.value ? expanded : reflected;
        } else if (worst > 1 && reflected.value < simplex[worst - 1].value) {
            simplex[worst] = reflected;
        } else {
            boolean isOutside = reflected.value < simplex[worst].value;
            NelderMead contracted = evaluate(function, along(simplex, isOutside ? -0.5 : 0.5));
            if (contracted.value < Math.min(reflected.value, simplex[worst].value)) {
                simplex[worst] = contracted;
            } else {
                for (int i = 1; i <= worst; i++) {
                    double[] halved = new double[worst];
                    for (int d = 0; d < worst; d++) {
                        halved[d] = (simplex[0].at[d] + simplex[i].at[d]) / 2;
                    }
                    simplex[i] = evaluate(function, halved);
                }
            }
        }
    }

    /** Returns the point on the line from the centre of all but the worst corner to the worst; 1 is the worst itself. */
    private static double[] along(NelderMead[] simplex, double how) {
        int worst = simplex.length - 1;
        double[] out = new double[worst];
        for (int d = 0; d < worst; d++) {
            double centre = 0;
            for (int i = 0; i < worst; i++) {
                centre += simplex[i].at[d] / worst;
            }
            out[d] = centre + how * (simplex[worst].at[d] - centre);
        }
        return out;
    }

    private static double span(NelderMead... simplex) {
        double out = 0;
        for (NelderMead corner : simplex) {
            for (int d = 0; d < corner.at.length; d++) {
                out = Math.max(out, Math.abs(corner.at[d] - simplex[0].at[d]));
            }
        }
        return out;
    }

    private static NelderMead evaluate(ToDoubleFunction<double[]> function, double... at) {
        return new NelderMead(at, function.applyAsDouble(at));
    }
}
