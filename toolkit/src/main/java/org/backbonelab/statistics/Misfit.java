package org.backbonelab.statistics;

/**
 * What a fit of a scaling law minimises: the sum over runs of a function of the residuals r = ln(predicted) - ln(measured).
 *
 * <p>Sums, not means: a mean of terms as small as these lets an optimizer stop too early (arXiv 2404.10102).
 *
 * @param delta the residual at which Huber's function turns from r^2 / 2 to the straight line delta (|r| - delta / 2); infinite for
 *     plain squares. In natural logarithms, above 0
 */
public record Misfit(double delta) {
    /** Least squares of log residuals: the likelihood of normal scatter, which AICc wants. */
    public static final Misfit SQUARES = new Misfit(Double.POSITIVE_INFINITY);

    /** Huber's function with delta = 1e-3, as Hoffmann et al. (arXiv 2203.15556) fit: nearly a sum of absolute residuals. */
    public static final Misfit HUBER = new Misfit(1e-3);

    /**
     * Takes delta.
     *
     * @throws IllegalArgumentException if delta is not above 0
     */
    public Misfit {
        if (!(delta > 0)) {
            throw new IllegalArgumentException(
                    "delta " + delta + " of a misfit: expected above 0, such as Misfit.HUBER's 1e-3");
        }
    }

    /** Returns the term of one residual. */
    double term(double r) {
        double size = Math.abs(r);
        return size <= delta ? r * r / 2 : delta * (size - delta / 2);
    }

    /** Returns the weight at which r^2 / 2 has the slope of the term: 1, or less beyond delta. */
    double weight(double r) {
        double size = Math.abs(r);
        return size <= delta ? 1 : delta / size;
    }

    /** Names the objective, as recipes print it. */
    @Override
    public String toString() {
        return Double.isInfinite(delta)
                ? "least squares of ln(predicted / measured)"
                : "sum of Huber terms of ln(predicted / measured), delta " + delta;
    }
}
