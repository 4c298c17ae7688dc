package org.backbonelab.statistics;

/** A law of loss against one variable, such as compute, fitted to points. */
public interface Law {
    /** Returns the law's value. */
    double at(double x);

    /** Returns the exponent of x; below 0 where the law falls. */
    double exponent();

    /** Returns the root of the mean squared residual in natural logarithms. */
    double logRmse();

    /**
     * Returns Akaike's criterion with the correction for few points, of normal scatter in logarithms, the scatter counted as a parameter.
     *
     * <p>Of two forms fitted to the same points the lower is the better; a difference below 2 tells nothing. It compares forms fitted
     * by {@link Misfit#SQUARES}: other fits do not reach the least squares of their form.
     */
    double aicc();

    /** Says how the law was fitted: objective, search, starts, points. */
    String recipe();
}
